"""Entity tags, compression, caching and overload, as a client sees them on a socket."""

import asyncio
import gzip
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
from structlog.testing import capture_logs

from common.clock import FrozenClock
from common.features import Features
from common.http import create_client
from common.wire import Problem
from market_data.app import create_app
from market_data.market import Markets
from market_data.settings import Settings
from tests.support.fake_provider import FakeProvider
from tests.support.serving import serve

NOON = datetime(2024, 3, 13, 12, 0, 30, tzinfo=UTC)
CANDLES = "/v1/candles/BTC?tf=1h&limit=100"
PLAIN = {"Accept-Encoding": "identity"}


@asynccontextmanager
async def service(clock: FrozenClock, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Settings(providers="simu", **settings), clock)
    async with serve(app) as address, create_client(address, headers=PLAIN) as client:
        yield client


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOON)


async def raw(client: httpx.AsyncClient, path: str, **headers: str) -> tuple[httpx.Response, bytes]:
    """Get without undoing the compression."""
    async with client.stream("GET", path, headers=headers) as answer:
        return answer, b"".join([chunk async for chunk in answer.aiter_raw()])


async def test_candles_have_a_strong_tag_until_the_next_close(clock: FrozenClock) -> None:
    async with service(clock) as client:
        first = await client.get(CANDLES)
        clock.advance(timedelta(minutes=40))
        later = await client.get(CANDLES)
        clock.advance(timedelta(minutes=20))
        closed = await client.get(CANDLES)

    tag = first.headers["etag"]
    assert tag.startswith('"') and later.headers["etag"] == tag != closed.headers["etag"]
    assert later.content == first.content != closed.content
    assert "age" not in first.headers and later.headers["age"] == "2400"


async def test_the_same_tag_is_not_sent_again(clock: FrozenClock) -> None:
    async with service(clock) as client:
        first = await client.get(CANDLES)
        tag = first.headers["etag"]
        for known in (tag, f'W/{tag}, "other"', f'"other", {tag}', "*"):
            clock.advance(2)
            answer = await client.get(CANDLES, headers={"If-None-Match": known})
            assert (answer.status_code, answer.content) == (304, b""), known
            assert answer.headers["etag"] == tag and "cache-control" in answer.headers
            assert answer.headers["vary"] == "Accept-Encoding" and answer.headers["x-request-id"]
        other = await client.get(CANDLES, headers={"If-None-Match": '"other"'})

    assert other.status_code == 200


async def test_a_price_has_a_weak_tag_since_its_age_moves_on(clock: FrozenClock) -> None:
    async with service(clock) as client:
        await client.get("/v1/symbols")
        one = await client.get("/v1/tickers/BTC")
        again = await client.get("/v1/tickers/BTC", headers={"If-None-Match": one.headers["etag"]})
        clock.advance(20)
        moved = await client.get("/v1/tickers/BTC", headers={"If-None-Match": one.headers["etag"]})

    assert one.headers["etag"].startswith('W/"') and one.headers["cache-control"] == "max-age=1"
    assert again.status_code == 304 and moved.status_code == 200


@pytest.mark.parametrize(
    ("query", "control"),
    [
        ("tf=1h", "public, max-age=3570, stale-while-revalidate=900, stale-if-error=300"),
        ("tf=4h", "public, max-age=14370, stale-while-revalidate=3600, stale-if-error=300"),
        ("tf=1h&end=2024-03-10T00:00:00Z", "public, max-age=31536000, immutable"),
        (
            "tf=1h&end=2024-03-13T06:00:00Z",
            "public, max-age=5, stale-while-revalidate=900, stale-if-error=300",
        ),
    ],
)
async def test_a_page_may_be_kept_until_the_next_close_and_an_old_one_for_ever(
    clock: FrozenClock, query: str, control: str
) -> None:
    async with service(clock) as client:
        answer = await client.get(f"/v1/candles/BTC?{query}")

    assert answer.headers["cache-control"] == control


@pytest.mark.parametrize("accepted", ["gzip", "br, gzip;q=0.5", "*"])
async def test_large_answers_are_compressed_for_who_takes_it(
    clock: FrozenClock, accepted: str
) -> None:
    async with service(clock) as client:
        plain, body = await raw(client, CANDLES)
        zipped, small = await raw(client, CANDLES, **{"Accept-Encoding": accepted})

    assert zipped.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
    assert gzip.decompress(small) == body and len(small) < len(body) / 2
    assert zipped.headers["etag"] != plain.headers["etag"]  # other bytes, another strong tag
    assert zipped.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert int(zipped.headers["content-length"]) == len(small)


@pytest.mark.parametrize("refused", ["identity", "gzip;q=0", "*, gzip;q=0", "br", ""])
async def test_nobody_is_sent_what_he_does_not_take(clock: FrozenClock, refused: str) -> None:
    async with service(clock) as client:
        answer, body = await raw(client, CANDLES, **{"Accept-Encoding": refused})

    assert "content-encoding" not in answer.headers and json.loads(body)


async def test_the_tag_of_the_compressed_form_is_known_again(clock: FrozenClock) -> None:
    async with service(clock) as client:
        zipped, _ = await raw(client, CANDLES, **{"Accept-Encoding": "gzip"})
        headers = {"Accept-Encoding": "gzip", "If-None-Match": zipped.headers["etag"]}
        again, body = await raw(client, CANDLES, **headers)

    assert (again.status_code, body) == (304, b"")
    assert again.headers["etag"] == zipped.headers["etag"]


async def test_small_answers_are_sent_as_they_are(clock: FrozenClock) -> None:
    async with service(clock) as client:
        answer, _ = await raw(client, "/version", **{"Accept-Encoding": "gzip"})

    assert "content-encoding" not in answer.headers and answer.headers["etag"]


async def test_head_has_the_headers_of_get_and_no_body(clock: FrozenClock) -> None:
    async with service(clock) as client:
        got, head = await client.get(CANDLES), await client.head(CANDLES)

    assert head.content == b"" and head.headers["etag"] == got.headers["etag"]
    assert head.headers["content-length"] == got.headers["content-length"]


async def test_what_many_ask_for_at_once_is_made_once() -> None:
    clock = FrozenClock(NOON)
    provider = FakeProvider(clock)
    app = create_app(Settings(), clock, Markets([provider], Features("local"), clock))
    async with serve(app) as address, create_client(address) as client:
        with capture_logs() as lines:
            bodies = {(await client.get("/v1/tickers/btc")).content for _ in range(50)}

    assert len(bodies) == 1 and provider.tickers == 1
    assert len([line for line in lines if line["event"] == "request"]) == 1


async def test_an_error_is_never_kept(clock: FrozenClock) -> None:
    async with service(clock) as client:
        first, second = await client.get("/v1/tickers/BTX"), await client.get("/v1/tickers/BTX")

    assert first.status_code == 404 and "etag" not in first.headers
    assert first.json()["instance"] != second.json()["instance"]


# Too much, too long, too odd


async def test_too_many_requests_at_once_are_refused_with_a_time_to_come_back() -> None:
    clock = FrozenClock(NOON)
    provider = FakeProvider(clock)
    settings = Settings(most_requests=3)
    app = create_app(settings, clock, Markets([provider], Features("local"), clock))
    async with serve(app) as address, create_client(address) as client:
        await client.get("/v1/symbols")
        provider.gate.clear()
        waiting = [asyncio.create_task(client.get("/v1/tickers/btc")) for _ in range(3)]
        while not provider.tickers:
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.05)
        refused = await client.get("/v1/tickers/btc")
        alive, numbers = await client.get("/healthz"), await client.get("/metrics")
        provider.gate.set()
        answers = await asyncio.gather(*waiting)

    problem = msgspec.json.decode(refused.content, type=Problem)
    assert (refused.status_code, problem.code) == (503, "overloaded")
    assert refused.headers["retry-after"] == "1" and problem.retry_after_s == 1
    assert (alive.status_code, numbers.status_code) == (200, 200)
    assert [answer.status_code for answer in answers] == [200] * 3


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/v1/tickers?symbols=" + "x" * 9_000, {}, 414),
        ("/v1/tickers/" + "x" * 9_000, {}, 414),
        ("/v1/tickers/btc", {"X-Long": "x" * 33_000}, 431),
        ("/v1/tickers/btc", {"Content-Length": "70000"}, 413),
        ("/v1/tickers/", {}, 404),
        ("//v1/tickers", {}, 404),
        ("/v1/tickers/%00", {}, 422),
        ("/v1/tickers/%FF%FE", {}, 422),
        ("/v1/tickers?symbols=%00,%FF", {}, 200),
        ("/v1/candles/BTC?tf=%F0%9F%9A%80", {}, 422),
        ("/v1/tickers?symbols=btc&symbols=eth", {}, 200),
        ("/v1/tickers/1E-9999999", {"X-Request-Id": "1E-9999999"}, 404),
        ("/v1/tickers?symbols=1E%2B9999999", {}, 200),
        ("/v1/candles/BTC?end=0001-01-01T00:00:00Z", {}, 200),
        ("/v1/candles/BTC?tf=1w&limit=1000&end=0001-01-02T00:00:00Z", {}, 200),
    ],
)
async def test_long_and_odd_requests_get_a_clear_answer(
    clock: FrozenClock, path: str, headers: dict[str, str], status: int
) -> None:
    async with service(clock) as client:
        body = b"x" * int(headers.get("Content-Length", "0"))
        answer = await client.request("GET", path, headers=headers, content=body or None)

    assert answer.status_code == status and len(answer.content) < 1_000
    if status != 200:
        assert answer.headers["content-type"] == "application/problem+json"
        problem = msgspec.json.decode(answer.content, type=Problem)
        assert problem.status == status and problem.instance == answer.headers["x-request-id"]


async def test_who_reads_a_byte_at_a_time_delays_nobody(clock: FrozenClock) -> None:
    app = create_app(Settings(providers="simu"), clock)
    async with serve(app) as address, create_client(address) as client:
        place = client.base_url
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
        slow.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(slow, (place.host, place.port))
        asked = b"GET /v1/candles/BTC?tf=1m&limit=1000 HTTP/1.1\r\nHost: x\r\n\r\n"
        await loop.sock_sendall(slow, asked)
        for _ in range(20):
            assert len(await loop.sock_recv(slow, 1)) == 1
            assert (await client.get(CANDLES)).status_code == 200
        slow.close()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
async def test_other_methods_are_refused_with_those_that_work(
    clock: FrozenClock, method: str
) -> None:
    async with service(clock) as client:
        answer = await client.request(method, "/v1/tickers/btc")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.json()["code"] == "method-not-allowed"
