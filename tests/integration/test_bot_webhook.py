"""The webhook on a socket: who may bring updates, in what form, and when it says 200."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import Misconfigured
from telegram_bot.adapters.web_server import serving
from telegram_bot.updates.internal import Health, Internal
from telegram_bot.updates.webhook import MOST_BYTES, PATH, Webhook
from telegram_bot.work import Busy, Incoming, Tally
from tests.support.logged import logged

OLD, NEW = "the-secret-before-this-one", "the-secret-from-now-on"
UPDATE = {"update_id": 7, "message": {"chat": {"id": 1001}, "text": "/price"}}


@dataclass
class Kept:
    """An inbox that a test can make refuse."""

    updates: list[Incoming] = field(default_factory=list)
    trouble: Exception | None = None

    async def record(self, updates: Sequence[Incoming]) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.updates.extend(updates)


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
async def telegram(kept: Kept) -> AsyncIterator[httpx.AsyncClient]:
    app = Webhook([OLD, NEW], kept.record, Tally())
    async with serving(app, "127.0.0.1", 0, "WEBHOOK_PORT") as port:
        headers = {"X-Telegram-Bot-Api-Secret-Token": NEW}
        address = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(base_url=address, headers=headers, verify=False) as client:
            yield client


async def test_an_update_is_kept_whole_before_it_is_acknowledged(
    telegram: httpx.AsyncClient, kept: Kept
) -> None:
    answer = await telegram.post(PATH, json=UPDATE)

    assert (answer.status_code, answer.content) == (200, b"")
    (update,) = kept.updates
    assert (update.update_id, update.chat) == (7, 1001)
    assert json.loads(update.body) == UPDATE


async def test_two_secrets_are_accepted_while_they_change(telegram: httpx.AsyncClient) -> None:
    for secret in (OLD, NEW):
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        assert (await telegram.post(PATH, json=UPDATE, headers=headers)).status_code == 200


@pytest.mark.parametrize("secret", ["", "x", NEW[:-1], NEW + "x", NEW.upper(), "x" * 5_000])
async def test_another_secret_is_refused_and_nothing_kept(
    telegram: httpx.AsyncClient, kept: Kept, secret: str
) -> None:
    with logged("DEBUG") as written:
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        answer = await telegram.post(PATH, json=UPDATE, headers=headers)

    assert (answer.status_code, kept.updates) == (403, [])
    assert not secret or secret not in written.text


async def test_a_missing_or_doubled_secret_is_refused(telegram: httpx.AsyncClient) -> None:
    name = "X-Telegram-Bot-Api-Secret-Token"
    del telegram.headers[name]
    missing = await telegram.post(PATH, json=UPDATE)
    doubled = await telegram.post(PATH, json=UPDATE, headers=[(name, NEW), (name, NEW)])

    assert (missing.status_code, doubled.status_code) == (403, 403)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no JSON",
        b"{",
        b"[]",
        b"7",
        b"null",
        b"\xff\xfe",
        b"{}",
        b'{"update_id": "7"}',
        b'{"update_id": true}',
        b'{"update_id": -1}',
        b'{"update_id": 99999999999999999999}',
        b"[" * 100_000,
        b'{"update_id": 1, "message": "\\ud800"}',
    ],
)
async def test_what_is_no_update_is_a_bad_request(
    telegram: httpx.AsyncClient, kept: Kept, body: bytes
) -> None:
    answer = await telegram.post(PATH, content=body)

    assert (answer.status_code, kept.updates) == (400, [])


async def test_more_than_a_mebibyte_is_refused_with_and_without_its_length(
    telegram: httpx.AsyncClient, kept: Kept
) -> None:
    async def dripping() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * (MOST_BYTES // 16)

    said = await telegram.post(PATH, content=b" " * (MOST_BYTES + 1))
    unsaid = await telegram.post(PATH, content=dripping())

    assert (said.status_code, unsaid.status_code, kept.updates) == (413, 413, [])


@pytest.mark.parametrize("trouble", [Busy(), OSError("disk full")])
async def test_what_cannot_be_kept_is_sent_again_later(
    telegram: httpx.AsyncClient, kept: Kept, trouble: Exception
) -> None:
    kept.trouble = trouble
    refused = await telegram.post(PATH, json=UPDATE)
    kept.trouble = None
    again = await telegram.post(PATH, json=UPDATE)

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert (again.status_code, len(kept.updates)) == (200, 1)


async def test_only_posts_to_its_path_are_taken(telegram: httpx.AsyncClient) -> None:
    assert (await telegram.get(PATH)).status_code == 405
    for path in ("/", "/healthz", "/telegram/", "/internal/smoke"):
        assert (await telegram.post(path, json=UPDATE)).status_code == 404


async def test_smoke_tests_ask_at_the_port_of_updates_and_see_no_metrics(kept: Kept) -> None:
    health = Health(version={"revision": "abc"})
    internal = Internal(health, Tally()).app()
    app = Webhook([OLD], kept.record, Tally(), internal)
    async with serving(app, "127.0.0.1", 0, "WEBHOOK_PORT") as port:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as anybody:
            version = await anybody.get("/version")
            found = [
                (await anybody.get(path)).status_code
                for path in ("/healthz", "/readyz", "/metrics")
            ]
            smoke = await anybody.post("/internal/smoke", json=UPDATE)

    assert version.json() == {"revision": "abc"}
    assert found == [200, 503, 404]
    assert smoke.status_code == 403


async def test_a_port_that_is_taken_is_named(telegram: httpx.AsyncClient) -> None:
    port = telegram.base_url.port
    assert port is not None
    with pytest.raises(Misconfigured, match=f"WEBHOOK_PORT: cannot listen on 127.0.0.1:{port}"):
        async with serving(Webhook([], Kept().record, Tally()), "127.0.0.1", port, "WEBHOOK_PORT"):
            pass


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["update_id", "message", "chat", "id", "from", "x"]), inner),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(body=st.binary(max_size=200) | JSON.map(lambda it: json.dumps(it).encode()))
async def test_no_body_is_an_error_of_ours(
    telegram: httpx.AsyncClient, kept: Kept, body: bytes
) -> None:
    answer = await telegram.post(PATH, content=body)

    assert answer.status_code in (200, 400)
