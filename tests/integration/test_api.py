"""The market-data service over a real socket, on SIMU and a fake provider."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from openapi_spec_validator import validate
from starlette.applications import Starlette

from common.clock import FrozenClock
from common.errors import Misconfigured, Unavailable
from common.features import Features
from common.http import create_client
from common.wire import (
    AtrReply,
    CandlesReply,
    Health,
    Market,
    MarketsReply,
    Problem,
    TickerReply,
    TickersReply,
    Version,
)
from market_data.app import ROWS, create_app
from market_data.guarded import Guarded
from market_data.market import Markets
from market_data.resilience.guard import Guard
from market_data.settings import Settings
from tests.support.fake_provider import FakeProvider, listing, rising
from tests.support.serving import serve
from tests.support.stockcharts import CLOSES, HIGHS, LOWS, PUBLISHED

NOON = datetime(2024, 3, 13, 12, 0, 30, tzinfo=UTC)
SIMU = Settings(providers="simu")


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with serve(create_app(SIMU, FrozenClock(NOON))) as address:
        async with create_client(address) as client:
            yield client


async def read(client: httpx.AsyncClient, path: str, kind: type[Any], status: int = 200) -> Any:
    answer = await client.get(path)
    assert answer.status_code == status, answer.text
    return msgspec.json.decode(answer.content, type=kind)


async def test_a_ticker_carries_its_provenance(client: httpx.AsyncClient) -> None:
    reply = await read(client, "/v1/tickers/btc", TickerReply)

    assert (reply.symbol, reply.name, reply.source, reply.quality) == (
        "BTC-USD",
        "Bitcoin",
        "simu",
        "simulated",
    )
    assert reply.as_of == NOON and reply.age_ms == 0 and not reply.stale
    assert reply.low_24h <= reply.price <= reply.high_24h
    assert None not in (reply.change_1h_pct, reply.change_24h_pct, reply.change_7d_pct)


@pytest.mark.parametrize("text", ["BTC-USD", "btc", "BTCUSD", "$btc", "XBT", "bitcoin"])
async def test_a_market_may_be_spelled_as_people_do(client: httpx.AsyncClient, text: str) -> None:
    reply = await read(client, f"/v1/tickers/{text}", TickerReply)

    assert reply.symbol == "BTC-USD"


async def test_several_tickers_come_in_the_order_asked_and_rests_as_problems(
    client: httpx.AsyncClient,
) -> None:
    reply = await read(client, "/v1/tickers?symbols=eth,BTX,btc,eth,<b>x", TickersReply)

    assert [ticker.symbol for ticker in reply.tickers] == ["ETH-USD", "BTC-USD"]
    assert [(one.asked, one.code) for one in reply.problems] == [
        ("BTX", "unknown-symbol"),
        ("<b>x", "invalid-parameter"),
    ]
    assert reply.problems[0].suggestions == ["BTC"]


async def test_numbers_are_strings_without_exponents(client: httpx.AsyncClient) -> None:
    body = (await client.get("/v1/tickers/PEPE")).json()

    assert body["price_step"] == "0.0000000001"
    assert Decimal(body["price"]) % Decimal(body["price_step"]) == 0
    assert not re.search(r"\dE[+-]", json.dumps(body))


async def test_a1_the_published_values_come_over_http(tmp_path: Path) -> None:
    rows = [
        f"{date(2010, 4, 1) + timedelta(days=day)},{close},{high},{low},{close},1"
        for day, (high, low, close) in enumerate(zip(HIGHS, LOWS, CLOSES, strict=True))
    ]
    days = range(15, len(rows) + 1)  # of 14 there is no answer yet
    for known in days:  # each market ends one day later
        lines = ["date,open,high,low,close,volume", *rows[:known]]
        (tmp_path / f"Q{known}-USD_1d.csv").write_text("\n".join(lines), encoding="utf-8")
    settings = Settings(providers="recorded", data_dir=tmp_path)
    async with serve(create_app(settings, FrozenClock(NOON))) as address:
        async with create_client(address) as client:
            values = [
                (await read(client, f"/v1/indicators/Q{known}-USD/atr?tf=1d", AtrReply)).atr
                for known in days
            ]

    for value, published in zip(values, PUBLISHED[1:], strict=True):
        assert abs(value - Decimal(published)) <= Decimal("1e-9")


async def test_candles_are_columns_of_closed_candles(client: httpx.AsyncClient) -> None:
    reply = await read(client, "/v1/candles/BTC?tf=1h&limit=5", CandlesReply)

    assert [at.hour for at in reply.opened_at] == [7, 8, 9, 10, 11]
    columns = (reply.open, reply.high, reply.low, reply.close, reply.volume)
    assert [len(column) for column in columns] == [5] * 5
    assert reply.gaps == [] and reply.next_cursor is not None


async def test_pages_of_candles_join_without_overlap(client: httpx.AsyncClient) -> None:
    newest = await read(client, "/v1/candles/BTC?tf=1h&limit=5", CandlesReply)
    older = await read(
        client, f"/v1/candles/BTC?tf=1h&limit=5&cursor={newest.next_cursor}", CandlesReply
    )

    assert older.opened_at[-1] + timedelta(hours=1) == newest.opened_at[0]


async def test_start_is_inclusive_and_end_exclusive(client: httpx.AsyncClient) -> None:
    reply = await read(
        client,
        "/v1/candles/BTC?tf=1h&start=2024-03-12T03:00:00Z&end=2024-03-12T06:00:00Z",
        CandlesReply,
    )

    assert [at.hour for at in reply.opened_at] == [3, 4, 5]
    assert reply.next_cursor is None


async def test_a_range_of_long_ago_costs_no_walk_through_history(client: httpx.AsyncClient) -> None:
    reply = await read(
        client, "/v1/candles/BTC?tf=1d&limit=2&end=2016-01-05T00:00:00Z", CandlesReply
    )

    assert [at.day for at in reply.opened_at] == [3, 4]


async def test_atr_tells_all_that_follows_from_it(client: httpx.AsyncClient) -> None:
    reply = await read(client, "/v1/indicators/BTC/atr?tf=4h&equity=10000&risk=2", AtrReply)

    assert (reply.timeframe, reply.period, reply.bars) == ("4h", 14, 250)
    assert reply.closed_at == datetime(2024, 3, 13, 12, tzinfo=UTC)
    assert len(reply.stops) == 4 and reply.chandelier and reply.supertrend and reply.regime
    assert reply.position is not None and Decimal(199) < reply.position.loss <= 200


@pytest.mark.parametrize("timeframe", "1m 5m 15m 30m 1h 2h 4h 6h 12h 1d 1w".split())
async def test_every_timeframe_is_answered(client: httpx.AsyncClient, timeframe: str) -> None:
    reply = await read(client, f"/v1/indicators/ETH/atr?tf={timeframe}", AtrReply)

    assert reply.atr > 0 and reply.bars == 250


async def test_markets_are_paged_and_searched(client: httpx.AsyncClient) -> None:
    first = await read(client, "/v1/symbols?limit=4", MarketsReply)
    rest = await read(client, f"/v1/symbols?cursor={first.next_cursor}", MarketsReply)
    found = await read(client, "/v1/symbols?q=bitc", MarketsReply)
    one = await read(client, "/v1/symbols/sol", Market)

    assert len(first.symbols) == 4 and len(rest.symbols) == 7 and rest.next_cursor is None
    assert [market.symbol for market in found.symbols] == ["BTC-USD"]
    assert one.symbol == "SOL-USD" and one.timeframes[0] == "1m" and one.timeframes[-1] == "1w"


async def test_health_readiness_and_version(client: httpx.AsyncClient) -> None:
    assert (await read(client, "/healthz", Health)).status == "ok"
    assert (await read(client, "/readyz", Health)).status == "ok"
    assert (await read(client, "/version", Version)).program == "market-data"


@pytest.mark.parametrize(
    ("path", "status", "code", "words"),
    [
        ("/v1/tickers/BTX", 404, "unknown-symbol", "Did you mean BTC?"),
        ("/v1/tickers/btcusdt", 404, "unknown-symbol", "Did you mean BTC-USD?"),
        ("/v1/tickers", 422, "invalid-parameter", "symbols is missing"),
        (f"/v1/tickers?symbols={','.join(map(str, range(51)))}", 422, "invalid-parameter", "50"),
        (f"/v1/tickers?symbols={'x' * 401}", 422, "invalid-parameter", "too long"),
        ("/v1/tickers/..%2F..%2Fetc", 404, "not-found", "nothing at"),
        ("/v1/tickers/http:%2F%2F127.0.0.1", 404, "not-found", "nothing at"),
        ("/v1/tickers/%3Cb%3Ex", 422, "invalid-parameter", "not a market's name"),
        ("/v1/tickers/%D0%92%D0%A2%D0%A1", 422, "invalid-parameter", "Cyrillic"),
        (f"/v1/tickers/{'A' * 4096}", 422, "invalid-parameter", "not a market's name"),
        ("/v1/candles/BTC?tf=7m", 422, "unsupported-timeframe", "1m 5m 15m"),
        ("/v1/candles/BTC?limit=0", 422, "invalid-parameter", "from 1 to 1000"),
        ("/v1/candles/BTC?limit=-1", 422, "invalid-parameter", "from 1 to 1000"),
        ("/v1/candles/BTC?limit=1000000000", 422, "invalid-parameter", "from 1 to 1000"),
        ("/v1/candles/BTC?limit=many", 422, "invalid-parameter", "whole number"),
        ("/v1/candles/BTC?fill=flat", 422, "invalid-parameter", "auto or none"),
        ("/v1/candles/BTC?start=yesterday", 422, "invalid-parameter", "2026-01-31T12:00:00Z"),
        (
            "/v1/candles/BTC?start=2024-01-02T00:00:00Z&end=2024-01-01T00:00:00Z",
            422,
            "invalid-parameter",
            "later than start",
        ),
        ("/v1/indicators/BTC/atr?period=500", 422, "invalid-parameter", "from 2 to 90"),
        ("/v1/indicators/BTC/atr?bars=14", 422, "invalid-parameter", "at least 15"),
        ("/v1/indicators/BTC/atr?equity=NaN", 422, "invalid-parameter", "a number such as"),
        ("/v1/indicators/BTC/atr?equity=1e999", 422, "invalid-parameter", "a number such as"),
        ("/v1/indicators/BTC/atr?entry=-5", 422, "invalid-parameter", "a number such as"),
        ("/v1/indicators/BTC/atr?entry=0", 422, "invalid-parameter", "above 0"),
        ("/v1/indicators/BTC/atr?risk=101", 422, "invalid-parameter", "at most 100"),
        ("/v1/indicators/BTC/atr?side=up", 422, "invalid-parameter", "long or short"),
        ("/v1/indicators/BTC/atr?multiples=1,,2", 422, "invalid-parameter", "a number such as"),
        (f"/v1/indicators/BTC/atr?multiples={'1,' * 8}1", 422, "invalid-parameter", "at most 8"),
        ("/v1/indicators/BTC/atr?timeframe=4h", 422, "invalid-parameter", "it takes tf"),
        ("/v1/tickers/btc?fast=1", 422, "invalid-parameter", "it takes no parameters"),
        ("/v1/symbols?cursor=MOON-USD", 422, "invalid-parameter", "start without a cursor"),
        ("/v2/tickers", 404, "not-found", "/openapi.json"),
    ],
)
async def test_bad_input_is_answered_with_what_would_work(
    client: httpx.AsyncClient, path: str, status: int, code: str, words: str
) -> None:
    answer = await client.get(path)

    assert answer.headers["content-type"] == "application/problem+json"
    problem = msgspec.json.decode(answer.content, type=Problem)
    assert (answer.status_code, problem.status, problem.code) == (status, status, code)
    assert words in problem.detail
    assert problem.instance == answer.headers["x-request-id"]


async def test_another_method_than_get_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/tickers/btc")

    assert answer.status_code == 405 and "GET" in answer.headers["allow"]
    assert msgspec.json.decode(answer.content, type=Problem).code == "method-not-allowed"


async def test_a_request_id_is_taken_over_unless_it_is_nonsense(client: httpx.AsyncClient) -> None:
    kept = await client.get("/healthz", headers={"X-Request-Id": "abc-123"})
    made = await client.get("/healthz", headers={"X-Request-Id": "<b>" + "x" * 99})

    assert kept.headers["x-request-id"] == "abc-123"
    assert made.headers["x-request-id"].isalnum() and len(made.headers["x-request-id"]) == 8


async def test_the_description_is_valid_and_names_every_route(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()

    validate(document)
    assert set(document["paths"]) == {row.path for row in ROWS}
    page = await client.get("/docs")
    assert "Content-Security-Policy" in page.headers and "http://" not in page.text


async def test_every_example_of_the_description_is_answered(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    for path, item in document["paths"].items():
        if path == "/v1/stream":
            continue  # it has no end; tests/integration/test_stream.py reads it
        for parameter in item["get"]["parameters"]:
            if parameter["in"] == "query":
                asked = {parameter["name"]: parameter["example"]}
                if path in ("/v1/tickers", "/v1/correlation"):
                    asked.setdefault("symbols", "btc,eth")
                answer = await client.get(path.replace("{symbol}", "BTC-USD"), params=asked)
                assert answer.status_code == 200, (path, asked, answer.text)


# A provider with faults


def faulty(
    *providers: FakeProvider, deadline: float = 10.0
) -> tuple[Starlette, list[FakeProvider]]:
    clock = FrozenClock(NOON)
    used = list(providers) or [FakeProvider(clock)]
    app = create_app(SIMU, clock, Markets(used, Features("local"), clock), deadline=deadline)
    return app, used


async def test_an_outage_is_a_503_that_says_when_to_come_back() -> None:
    app, (provider,) = faulty()
    async with serve(app) as address, create_client(address) as client:
        await client.get("/v1/symbols")
        provider.trouble = Unavailable("fake is down for maintenance.", retry_after=30)
        answer = await client.get("/v1/tickers/btc")

    problem = msgspec.json.decode(answer.content, type=Problem)
    assert (answer.status_code, problem.code) == (503, "upstream-unavailable")
    assert answer.headers["retry-after"] == "30" and "maintenance" in problem.detail


async def test_without_any_list_of_markets_the_service_is_not_ready() -> None:
    app, (provider,) = faulty()
    provider.trouble = Unavailable("gone")
    async with serve(app) as address, create_client(address) as client:
        ready, alive = await client.get("/readyz"), await client.get("/healthz")

    assert (ready.status_code, alive.status_code) == (503, 200)
    assert ready.json()["reasons"] == ["fake did not say which markets they list."]


async def test_an_open_breaker_is_told_and_alone_makes_nothing_unready() -> None:
    clock = FrozenClock(NOON)
    guarded = Guarded(FakeProvider(clock), Guard("fake", clock))
    markets = Markets([guarded], Features("local"), clock)
    async with serve(create_app(SIMU, clock, markets)) as address, create_client(address) as client:
        before = await client.get("/readyz")
        guarded.guard.breaker.open_for(60)
        clock.advance(1)
        after = await client.get("/readyz")

    assert (before.status_code, before.json()["providers"]) == (200, {"fake": "closed"})
    assert (after.status_code, after.json()["providers"]) == (200, {"fake": "open"})


async def test_too_short_a_history_is_a_409_with_the_numbers() -> None:
    clock = FrozenClock(NOON)
    app, _ = faulty(FakeProvider(clock, begins=NOON - timedelta(hours=10)))
    async with serve(app) as address, create_client(address) as client:
        answer = await client.get("/v1/indicators/btc/atr?tf=1h")

    problem = msgspec.json.decode(answer.content, type=Problem)
    assert (answer.status_code, problem.code) == (409, "not-enough-history")
    assert (problem.have, problem.need) == (9, 15)


async def test_the_next_provider_answers_where_the_first_cannot() -> None:
    clock = FrozenClock(NOON)
    young = FakeProvider(clock, name="young", begins=NOON - timedelta(hours=5))
    down = FakeProvider(clock, name="down")
    old = FakeProvider(clock, name="old", listings=[listing("BTC-USD")])
    app, _ = faulty(young, down, old)
    async with serve(app) as address, create_client(address) as client:
        await client.get("/v1/symbols")
        down.trouble = Unavailable("gone")
        reply = await read(client, "/v1/indicators/btc/atr?tf=1h", AtrReply)
        ticker = await read(client, "/v1/tickers/btc", TickerReply)

    assert reply.source == "old" and ticker.source == "young"


async def test_filled_candles_are_flagged_and_outages_told() -> None:
    absent = {NOON.replace(minute=0, second=0) - timedelta(hours=n) for n in (3, 6, 7, 8, 10, 11)}
    clock = FrozenClock(NOON)
    quiet = FakeProvider(clock, candle=lambda at: None if at in absent else rising(at))
    app, _ = faulty(quiet)
    async with serve(app) as address, create_client(address) as client:
        auto = await read(client, "/v1/candles/btc?tf=1h&limit=10", CandlesReply)
        none = await read(client, "/v1/candles/btc?tf=1h&limit=10&fill=none", CandlesReply)
        atr = await read(client, "/v1/indicators/btc/atr?tf=1h", AtrReply)

    assert (auto.filled, [at.hour for at in auto.filled_at]) == (3, [1, 2, 9])
    assert [gap.missing for gap in auto.gaps] == [3]
    assert [auto.volume[auto.opened_at.index(at)] for at in auto.filled_at] == [0, 0, 0]
    assert (none.filled, none.filled_at) == (0, [])
    assert [gap.missing for gap in none.gaps] == [2, 3, 1]
    assert len(auto.opened_at) == len(none.opened_at) == 10
    assert (atr.filled, [gap.missing for gap in atr.gaps], atr.bars) == (3, [3], 250)


async def test_a_hang_is_answered_within_the_deadline() -> None:
    app, (provider,) = faulty(deadline=0.2)
    provider.gate.clear()
    async with serve(app) as address, create_client(address) as client:
        answer = await client.get("/v1/tickers/btc")

    assert answer.status_code == 503 and "No answer within 0.2 s" in answer.json()["detail"]


async def test_one_hanging_market_does_not_cost_the_others_their_answer() -> None:
    clock = FrozenClock(NOON)
    fine = FakeProvider(clock, name="fine")
    stuck = FakeProvider(clock, name="stuck", listings=[listing("ETH-USD")])
    markets = Markets([fine, stuck], Features("local"), clock, patience=0.2)
    app = create_app(SIMU, clock, markets=markets)
    async with serve(app) as address, create_client(address) as client:
        await client.get("/v1/symbols")
        stuck.gate.clear()
        reply = await read(client, "/v1/tickers?symbols=btc,eth", TickersReply)
        stuck.gate.set()

    assert [ticker.symbol for ticker in reply.tickers] == ["BTC-USD"]
    (problem,) = reply.problems
    assert (problem.asked, problem.code) == ("eth", "upstream-unavailable")
    assert problem.retry_after_s == 2


async def test_a_bug_is_a_500_with_a_reference_and_no_details() -> None:
    app, (provider,) = faulty()
    provider.trouble = ZeroDivisionError("secret detail")  # type: ignore[assignment]
    async with serve(app) as address, create_client(address) as client:
        answer = await client.get("/v1/tickers/btc")

    problem = msgspec.json.decode(answer.content, type=Problem)
    assert (answer.status_code, problem.code) == (500, "internal")
    assert problem.instance in problem.detail and "secret" not in answer.text


async def test_who_leaves_early_does_not_cancel_the_call_of_others() -> None:
    app, (provider,) = faulty()
    async with serve(app) as address, create_client(address) as client:
        await client.get("/v1/symbols")
        provider.gate.clear()
        leaving = asyncio.create_task(client.get("/v1/tickers/btc"))
        staying = asyncio.create_task(client.get("/v1/tickers/btc"))
        while not provider.tickers:
            await asyncio.sleep(0.01)
        leaving.cancel()
        await asyncio.sleep(0.05)
        provider.gate.set()

        assert (await staying).status_code == 200
    assert provider.tickers == 1


async def test_a_timeframe_that_a_market_lacks_is_named_with_those_it_has() -> None:
    settings = Settings(providers="recorded")
    async with serve(create_app(settings, FrozenClock(NOON))) as address:
        async with create_client(address) as client:
            answer = await client.get("/v1/indicators/AAPL/atr?tf=4h")

    problem = msgspec.json.decode(answer.content, type=Problem)
    assert (answer.status_code, problem.code) == (422, "unsupported-timeframe")
    assert problem.detail == "AAPL/USD has no 4h candles. Use 1d 1w."


def test_a_provider_that_does_not_exist_is_refused_at_start() -> None:
    with pytest.raises(Misconfigured, match="PROVIDERS is 'moon'; name at least one of"):
        create_app(Settings(providers="moon"))
    with pytest.raises(Misconfigured):
        create_app(Settings(providers=" , "))
