"""getUpdates over a socket: updates as they were sent, and what every refusal means."""

from collections.abc import AsyncIterator

import httpx
import pytest

from common.errors import Misconfigured, Unavailable
from common.http import create_client
from playground.faults import Fault
from telegram_bot.adapters.telegram_feed import ALLOWED_UPDATES, HttpFeed
from telegram_bot.ports import Conflict
from tests.support.playground import Playground, playground


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    client = create_client()
    yield client
    await client.aclose()


@pytest.fixture
async def telegram() -> AsyncIterator[Playground]:
    async with playground(flood=None) as telegram:
        yield telegram


async def test_updates_come_as_they_were_sent(
    telegram: Playground, client: httpx.AsyncClient
) -> None:
    feed = HttpFeed(client, telegram.address, telegram.token)
    await telegram.says("/price BTC")

    (update,) = await feed.fetch(None, 0)
    rest = await feed.fetch(update["update_id"] + 1, 0)

    assert update["message"]["text"] == "/price BTC"
    assert rest == []
    assert telegram.oracle.named("getUpdates")[0]["allowed_updates"] == ALLOWED_UPDATES


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(401, "Unauthorized"), Misconfigured),
        (Fault(404, "Not Found"), Misconfigured),
        (Fault(409, "Conflict: terminated by other getUpdates request"), Conflict),
        (Fault(500, "Internal Server Error"), Unavailable),
        (Fault(502, "Bad Gateway"), Unavailable),
        (Fault(drop=True), Unavailable),
    ],
)
async def test_every_refusal_has_its_meaning(
    telegram: Playground, client: httpx.AsyncClient, fault: Fault, error: type[Exception]
) -> None:
    telegram.world.faults.add("getUpdates", fault)

    with pytest.raises(error) as refused:
        await HttpFeed(client, telegram.address, telegram.token).fetch(None, 0)

    assert telegram.token not in str(refused.value)


async def test_a_flood_limit_names_its_time(
    telegram: Playground, client: httpx.AsyncClient
) -> None:
    telegram.world.faults.add("getUpdates", Fault(429, "Too Many", {"retry_after": 7}))

    with pytest.raises(Unavailable) as refused:
        await HttpFeed(client, telegram.address, telegram.token).fetch(None, 0)

    assert refused.value.retry_after == 7


async def test_nobody_there_is_an_outage(client: httpx.AsyncClient) -> None:
    with pytest.raises(Unavailable, match="ConnectError"):
        await HttpFeed(client, "http://127.0.0.1:1", "1:a").fetch(None, 0)


@pytest.mark.parametrize("body", ["<html>", "[]", '{"ok": 1}', "\xff", ""])
async def test_what_is_not_telegrams_form_is_an_outage(body: str) -> None:
    page = httpx.MockTransport(lambda request: httpx.Response(200, text=body))
    async with httpx.AsyncClient(transport=page) as client:
        with pytest.raises(Unavailable, match="without JSON"):
            await HttpFeed(client, "http://telegram.test", "1:a").fetch(None, 0)


async def test_an_update_without_a_number_does_not_hide_its_neighbours() -> None:
    answer = {"ok": True, "result": [{"update_id": "x"}, {}, {"update_id": 7}]}
    page = httpx.MockTransport(lambda request: httpx.Response(200, json=answer))
    async with httpx.AsyncClient(transport=page) as client:
        updates = await HttpFeed(client, "http://telegram.test", "1:a").fetch(None, 0)

    assert updates == [{"update_id": 7}]
