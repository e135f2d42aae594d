"""Health, version, metrics and smoke on their own port, and the bot behind a webhook."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from common.settings import read
from local.ports import free_port
from playground.chats import YOU
from playground.faults import Fault
from playground.webhook import read_target
from telegram_bot.app import run
from telegram_bot.settings import Settings
from telegram_bot.updates.internal import Health, Internal
from telegram_bot.work import Answers, Tally
from tests.support.databases import KINDS, shaped
from tests.support.fake_market import FakeMarket
from tests.support.playground import Playground, playground

SECRET = "sixteen-letters-or-more"
CANNED = {
    "update_id": 1,
    "message": {
        "message_id": 1,
        "date": 1_795_248_720,
        "chat": {"id": YOU, "type": "private", "first_name": "You"},
        "from": {"id": YOU, "is_bot": False, "first_name": "You"},
        "text": "/price BTC",
        "entities": [{"type": "bot_command", "offset": 0, "length": 6}],
    },
}


@pytest.fixture(params=KINDS)
async def telegram(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Playground]:
    """A bot behind a webhook; what it is asked on its own port goes through `operator`."""
    async with playground(flood=None, webhook_retry=0.05) as telegram:
        hook, internal = free_port(), free_port()
        settings = read(
            Settings,
            telegram_bot_token=telegram.token,
            telegram_api_url=telegram.address,
            database_url=shaped(request.param, tmp_path),
            updates="webhook",
            webhook_secrets=SECRET,
            webhook_port=hook,
            dead_after_seconds=2.0,
            internal_port=internal,
            smoke_token="let-me",
            bot_heartbeat=tmp_path / "heartbeat",
            revision="abc",
        )
        telegram.internal = f"http://127.0.0.1:{internal}"  # type: ignore[attr-defined]
        stop = asyncio.Event()
        running = asyncio.create_task(run(settings, stop, market=FakeMarket()))
        target = f"http://127.0.0.1:{hook}/telegram"
        await telegram.world.webhook.set(read_target(target, SECRET, 0))
        yield telegram
        stop.set()
        await running


def operator(telegram: Playground) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=telegram.internal, verify=False)  # type: ignore[attr-defined]


async def answer(telegram: Playground) -> dict[str, Any]:
    seen = 0
    while True:
        event = await telegram.next_event("message", after=seen)
        seen = event["seq"]
        if event["message"]["from"]["is_bot"]:
            return dict(event["message"])


async def test_how_people_are_served_is_told_to_who_asks_from_outside(
    telegram: Playground,
) -> None:
    await telegram.says("/price BTC")
    await answer(telegram)
    target = telegram.world.webhook.target
    assert target is not None
    hook = httpx.URL(target.url).join("/condition")
    async with httpx.AsyncClient() as somebody:
        said = [(await somebody.get(hook)).json() for _ in range(2)]

    assert said == [{"condition": "impaired", "resting": ["kraken"]}] * 2


async def test_a_bot_that_is_not_ready_says_so_without_saying_why() -> None:
    app = Internal(Health(reasons={"token": "refused by Telegram"}), Tally()).app()
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://bot"
    ) as somebody:
        assert (await somebody.get("/condition")).json() == {"condition": "down", "ready": False}


async def test_the_bot_answers_what_a_webhook_brings(telegram: Playground, tmp_path: Path) -> None:
    await telegram.says("/price BTC")

    assert (await answer(telegram))["text"].startswith("Bitcoin")
    assert telegram.oracle.named("getUpdates") == []
    assert telegram.oracle.named("setWebhook") == []
    assert (tmp_path / "heartbeat").exists()


async def test_the_operator_sees_how_it_is(telegram: Playground) -> None:
    await telegram.says("/price BTC")
    await answer(telegram)
    async with operator(telegram) as client:
        health, ready = await client.get("/healthz"), await client.get("/readyz")
        version = (await client.get("/version")).json()
        metrics = (await client.get("/metrics")).text

    assert (health.status_code, ready.status_code, ready.json()) == (200, 200, {"status": "ok"})
    assert version["revision"] == "abc" and version["task"]
    assert 'bot_webhook_total{status="200"} 1' in metrics
    assert "bot_updates_processed_total 1" in metrics
    assert 'bot_messages_total{outcome="sent"} 1' in metrics
    assert "bot_lease_held 1" in metrics


async def test_a_token_that_is_refused_later_makes_it_not_ready(telegram: Playground) -> None:
    telegram.world.faults.add("sendMessage", Fault(401, "Unauthorized"))
    await telegram.says("/price BTC")
    async with operator(telegram) as client, asyncio.timeout(10):
        while "token" not in (await client.get("/readyz")).json().get("reasons", {}):
            await asyncio.sleep(0.05)
        await telegram.says("/price BTC")
        while (await client.get("/readyz")).status_code != 200:
            await asyncio.sleep(0.05)


async def test_a_canned_update_is_rendered_and_nothing_sent(telegram: Playground) -> None:
    async with operator(telegram) as client:
        while (await client.get("/readyz")).status_code != 200:
            await asyncio.sleep(0.02)
        allowed = {"Authorization": "Bearer let-me"}
        shown = await client.post("/internal/smoke", json=CANNED, headers=allowed)
        refused = [
            await client.post("/internal/smoke", json=CANNED),
            await client.post(
                "/internal/smoke", json=CANNED, headers={"Authorization": "Bearer x"}
            ),
        ]
        big = await client.post("/internal/smoke", content=b" " * 70_000, headers=allowed)
        odd = await client.post("/internal/smoke", content=b"odd", headers=allowed)

    (call,) = shown.json()["calls"]
    assert call["method"] == "sendMessage" and "Bitcoin" in call["text"]
    assert [answer.status_code for answer in refused] == [403, 403]
    assert (big.status_code, odd.json()) == (413, {"calls": []})
    assert telegram.oracle.named("sendMessage") == []


async def test_the_lease_is_handed_to_the_task_that_is_asked_to_take_it(
    telegram: Playground,
) -> None:
    allowed = {"Authorization": "Bearer let-me"}
    async with operator(telegram) as client, asyncio.timeout(30):
        while (await client.get("/readyz")).status_code != 200:
            await asyncio.sleep(0.02)
        task = (await client.get("/version")).json()["task"]
        refused = await client.post("/internal/lease/take")
        taken = await client.post("/internal/lease/take", headers=allowed)
        while "bot_lease_held 1" not in (await client.get("/metrics")).text:
            await asyncio.sleep(0.02)

    assert (refused.status_code, taken.status_code, taken.json()) == (403, 202, {"heir": task})


async def test_it_is_not_ready_before_it_is() -> None:
    internal = Internal(Health(), Tally(), "let-me")
    transport = httpx.ASGITransport(app=internal.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        starting = await client.get("/readyz")
        allowed = {"Authorization": "Bearer let-me"}
        smoke = await client.post("/internal/smoke", headers=allowed)
        lease = await client.post("/internal/lease/take", headers=allowed)
        internal.health.well("start")
        internal.health.ill("database", "cannot be written to")
        ill = await client.get("/readyz")

    assert starting.json() == {"status": "not ready", "reasons": {"start": "starting"}}
    assert (starting.status_code, smoke.status_code, lease.status_code) == (503, 503, 503)
    assert ill.json()["reasons"] == {"database": "cannot be written to"}


async def test_without_a_smoke_token_nobody_may() -> None:
    async def render(body: bytes) -> Answers:
        return Answers()

    internal = Internal(Health(), Tally(), "", render)
    transport = httpx.ASGITransport(app=internal.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        answer = await client.post("/internal/smoke", headers={"Authorization": "Bearer "})

    assert answer.status_code == 403
