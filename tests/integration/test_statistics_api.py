"""Statistics, correlation and indicators over a real socket: SIMU, shipped stocks, bad input."""

import csv
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import numpy as np
import pytest
import scipy.stats
import talib

from common.clock import FrozenClock
from common.errors import Unavailable
from common.features import Features
from common.http import create_client
from common.market import Candle
from common.wire import (
    AtrReply,
    CandlesReply,
    CorrelationReply,
    IndicatorsReply,
    Problem,
    StatisticsReply,
)
from market_data.app import create_app
from market_data.market import Markets
from market_data.providers.recorded import SHIPPED
from market_data.settings import Settings
from tests.support.fake_provider import FakeProvider, listing
from tests.support.serving import serve

NOON = datetime(2024, 3, 13, 12, 0, 30, tzinfo=UTC)
STOCKS = ("AAPL", "GOOG", "IBM", "MSFT")


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with serve(create_app(Settings(), FrozenClock(NOON))) as address:
        async with create_client(address) as client:
            yield client


async def read(client: httpx.AsyncClient, path: str, kind: type[Any], status: int = 200) -> Any:
    answer = await client.get(path)
    assert answer.status_code == status, answer.text
    assert not re.search(r"\dE[+-]|NaN|Infinity", answer.text)
    return msgspec.json.decode(answer.content, type=kind)


def shipped(stock: str) -> dict[str, list[Any]]:
    """The columns of a shipped file, read without our own reader."""
    with (SHIPPED / f"{stock}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        "date": [row["date"] for row in rows],
        **{name: [float(row[name]) for row in rows] for name in ("high", "low", "close")},
    }


# Statistics


@pytest.mark.parametrize("stock", STOCKS)
async def test_statistics_of_a_shipped_stock_equal_numpy_and_scipy(
    client: httpx.AsyncClient, stock: str
) -> None:
    columns = shipped(stock)
    closes = np.array(columns["close"][-365:])
    returns = np.diff(np.log(closes))

    reply = await read(client, f"/v1/statistics/{stock}", StatisticsReply)

    def near(ours: Decimal | None, theirs: float) -> bool:
        assert ours is not None
        return float(ours) == pytest.approx(theirs, rel=1e-9, abs=1e-9)

    assert (reply.symbol, reply.bars, reply.days, reply.days_per_year) == (
        f"{stock}-USD",
        365,
        364,
        252,
    )
    assert reply.quality == "recorded" and reply.age_ms == 0
    assert reply.closed_at.date().isoformat() > columns["date"][-1]
    prices, percents = reply.closes, reply.log_returns_pct
    assert near(prices.mean, closes.mean()) and near(prices.sd, closes.std(ddof=1))
    assert near(prices.skewness, scipy.stats.skew(closes))
    assert near(prices.kurtosis, scipy.stats.kurtosis(closes))
    assert near(prices.lower_quartile, np.percentile(closes, 25))
    assert near(prices.median, np.median(closes))
    assert near(prices.upper_quartile, np.percentile(closes, 75))
    assert (float(prices.minimum), float(prices.maximum)) == (closes.min(), closes.max())
    assert near(percents.mean, 100 * returns.mean())
    assert near(percents.sd, 100 * returns.std(ddof=1))
    assert near(percents.skewness, scipy.stats.skew(returns))
    assert near(percents.kurtosis, scipy.stats.kurtosis(returns))
    assert near(reply.volatility_pct, 100 * returns.std(ddof=1) * np.sqrt(252))
    assert near(reply.sharpe, returns.mean() / returns.std(ddof=1) * np.sqrt(252))
    falls = 1 - closes / np.maximum.accumulate(closes)
    assert near(reply.max_drawdown.depth_pct, 100 * falls.max())
    dates = columns["date"][-365:]
    assert reply.max_drawdown.trough_at.date().isoformat() == dates[int(falls.argmax())]
    assert reply.best_day is not None and reply.worst_day is not None
    assert reply.best_day.opened_at.date().isoformat() == dates[int(returns.argmax()) + 1]
    assert reply.worst_day.opened_at.date().isoformat() == dates[int(returns.argmin()) + 1]


async def test_statistics_of_a_coin_count_365_days_and_agree_with_its_ticker(
    client: httpx.AsyncClient,
) -> None:
    reply = await read(client, "/v1/statistics/btc", StatisticsReply)
    ticker = (await client.get("/v1/tickers/BTC-USD")).json()

    assert (reply.symbol, reply.timeframe, reply.bars) == ("BTC-USD", "1d", 365)
    assert (reply.days_per_year, reply.candles_per_year, reply.quality) == (365, 365, "simulated")
    for change in ("change_1h_pct", "change_24h_pct", "change_7d_pct"):
        assert getattr(reply, change) == Decimal(ticker[change])
    assert reply.change_30d_pct is not None
    assert reply.price == Decimal(ticker["price"]) and reply.as_of == NOON


@pytest.mark.parametrize("timeframe", "1m 5m 15m 30m 1h 2h 4h 6h 12h 1d 1w".split())
async def test_every_timeframe_has_statistics(client: httpx.AsyncClient, timeframe: str) -> None:
    reply = await read(client, f"/v1/statistics/PEPE?tf={timeframe}&bars=40", StatisticsReply)

    assert reply.bars == 40 and reply.volatility_pct > 0


async def test_statistics_have_at_most_twelve_significant_digits(
    client: httpx.AsyncClient,
) -> None:
    body = (await client.get("/v1/statistics/SHIB")).json()

    figures = [
        *body["log_returns_pct"].values(),
        *(body["closes"][name] for name in ("mean", "sd", "skewness", "kurtosis")),
        *(body[name] for name in ("volatility_pct", "sharpe", "candles_per_year")),
        body["max_drawdown"]["depth_pct"],
    ]
    assert all(len(Decimal(figure).as_tuple().digits) <= 12 for figure in figures)


# Correlation


async def test_correlation_of_shipped_stocks_equals_numpy(client: httpx.AsyncClient) -> None:
    closes = [shipped(stock)["close"][-90:] for stock in STOCKS]
    theirs = np.corrcoef(np.diff(np.log(closes), axis=1))

    reply = await read(client, f"/v1/correlation?symbols={','.join(STOCKS)}", CorrelationReply)

    assert [market.symbol for market in reply.markets] == [f"{stock}-USD" for stock in STOCKS]
    assert (reply.timeframe, reply.bars, reply.bars_asked) == ("1d", 90, 90)
    ours = [[float(value) for value in row] for row in reply.matrix]
    np.testing.assert_allclose(ours, theirs, atol=1e-11)


async def test_a_coin_beside_a_stock_is_read_on_its_trading_days(
    client: httpx.AsyncClient,
) -> None:
    reply = await read(client, "/v1/correlation?symbols=btc,AAPL&bars=90", CorrelationReply)

    columns = shipped("AAPL")
    dates, days = columns["date"][-90:], (reply.closed_at - reply.opened_at).days
    assert reply.bars == 90 and days > 120
    assert reply.opened_at.date().isoformat() == dates[0]
    page = f"/v1/candles/btc?tf=1d&limit={days}&end={reply.closed_at:%Y-%m-%dT%H:%M:%SZ}"
    coin = await read(client, page, CandlesReply)
    closes = {
        at.date().isoformat(): float(close)
        for at, close in zip(coin.opened_at, coin.close, strict=True)
    }
    theirs = scipy.stats.pearsonr(
        np.diff(np.log([closes[day] for day in dates])),
        np.diff(np.log(columns["close"][-90:])),
    ).statistic
    assert float(reply.matrix[0][1]) == pytest.approx(theirs, abs=1e-11)
    assert [market.quality for market in reply.markets] == ["simulated", "recorded"]


async def test_a_market_in_two_spellings_counts_once(client: httpx.AsyncClient) -> None:
    reply = await read(client, "/v1/correlation?symbols=btc,eth,BTC-USD,bitcoin", CorrelationReply)

    assert [market.symbol for market in reply.markets] == ["BTC-USD", "ETH-USD"]
    assert len(reply.matrix) == 2 and reply.matrix[0][0] == 1


async def test_ten_markets_make_a_matrix(client: httpx.AsyncClient) -> None:
    page = (await client.get("/v1/symbols")).json()["symbols"]
    names = [market["symbol"] for market in page if market["quality"] == "simulated"]
    symbols = ",".join([*names, *STOCKS][:10])

    reply = await read(client, f"/v1/correlation?symbols={symbols}&bars=30", CorrelationReply)

    assert [len(row) for row in reply.matrix] == [10] * 10


# Indicators


async def test_indicators_of_a_stock_equal_talib(client: httpx.AsyncClient) -> None:
    columns = {name: np.array(values) for name, values in list(shipped("IBM").items())[1:]}
    close = columns["close"]

    reply = await read(client, "/v1/indicators/IBM?tf=1d", IndicatorsReply)

    found = {one.name: one.lines for one in reply.indicators}
    theirs = {
        "natr": talib.NATR(columns["high"], columns["low"], close, 14)[-1],
        "rsi": talib.RSI(close, 14)[-1],
        "ema": talib.EMA(close, 20)[-1],
        "sma": talib.SMA(close, 20)[-1],
    }
    for name, value in theirs.items():
        # Ours starts 250 candles before, theirs 13 years: what the seed still weighs.
        assert float(found[name]["value"]) == pytest.approx(value, rel=1e-6), name
    for name, (ours, values) in {
        "bollinger": (("upper", "middle", "lower"), talib.BBANDS(close, 20)),
        "macd": (("macd", "signal", "histogram"), talib.MACD(close)),
    }.items():
        for line, column in zip(ours, values, strict=True):
            assert float(found[name][line]) == pytest.approx(column[-1], rel=1e-6, abs=1e-6)


async def test_indicators_agree_with_the_answer_about_atr(client: httpx.AsyncClient) -> None:
    several = await read(client, "/v1/indicators/ETH?tf=1h", IndicatorsReply)
    atr = await read(client, "/v1/indicators/ETH/atr?tf=1h", AtrReply)

    found = {one.name: one.lines for one in several.indicators}
    assert found["atr"]["value"] == atr.atr
    assert found["chandelier"] == {"long": atr.chandelier.long, "short": atr.chandelier.short}
    assert found["supertrend"][atr.supertrend.direction] == atr.supertrend.flips_at
    assert (several.bars, several.closed_at) == (atr.bars, atr.closed_at)


async def test_names_are_answered_in_the_order_asked_each_once(client: httpx.AsyncClient) -> None:
    reply = await read(client, "/v1/indicators/sol?names=RSI,atr,rsi,macd", IndicatorsReply)

    assert [one.name for one in reply.indicators] == ["rsi", "atr", "macd"]
    assert reply.timeframe == "4h" and reply.opened_at is None


async def test_a_series_is_given_where_it_is_asked_for(client: httpx.AsyncClient) -> None:
    reply = await read(
        client, "/v1/indicators/sol?names=ema&period=50&series=true&last=5", IndicatorsReply
    )

    (ema,) = reply.indicators
    assert len(ema.series["value"]) == len(reply.opened_at) == 5
    assert ema.series["value"][-1] == ema.lines["value"]
    assert ema.parameters == {"period": 50}


# Bad input


@pytest.mark.parametrize(
    ("path", "status", "code", "words"),
    [
        ("/v1/statistics/BTX", 404, "unknown-symbol", "Did you mean BTC?"),
        ("/v1/statistics/BTC?bars=0", 422, "invalid-parameter", "from 3 to 1000"),
        ("/v1/statistics/BTC?bars=-1", 422, "invalid-parameter", "from 3 to 1000"),
        ("/v1/statistics/BTC?bars=1000000000", 422, "invalid-parameter", "from 3 to 1000"),
        ("/v1/statistics/BTC?bars=NaN", 422, "invalid-parameter", "whole number"),
        ("/v1/statistics/BTC?tf=7m", 422, "unsupported-timeframe", "1m 5m 15m"),
        ("/v1/statistics/AAPL?tf=1h", 422, "unsupported-timeframe", "Use 1d 1w"),
        ("/v1/statistics/BTC?window=9", 422, "invalid-parameter", "it takes tf, bars"),
        ("/v1/statistics/..%2F..%2Fetc", 404, "not-found", "nothing at"),
        ("/v1/correlation", 422, "invalid-parameter", "symbols is missing"),
        ("/v1/correlation?symbols=", 422, "invalid-parameter", "symbols is missing"),
        ("/v1/correlation?symbols=,%20,", 422, "invalid-parameter", "symbols is missing"),
        ("/v1/correlation?symbols=btc", 422, "invalid-parameter", "2 different markets"),
        ("/v1/correlation?symbols=btc,XBT,btc", 422, "invalid-parameter", "2 different markets"),
        (
            f"/v1/correlation?symbols={','.join(f'A{number}' for number in range(11))}",
            422,
            "invalid-parameter",
            "at most 10",
        ),
        (f"/v1/correlation?symbols={'x' * 401}", 422, "invalid-parameter", "too long"),
        ("/v1/correlation?symbols=btc,BTX", 404, "unknown-symbol", "Did you mean BTC?"),
        ("/v1/correlation?symbols=btc,http://x", 422, "invalid-parameter", "not a market's name"),
        ("/v1/correlation?symbols=btc,NaN", 404, "unknown-symbol", "NaN"),
        ("/v1/correlation?symbols=btc,eth&bars=3", 422, "invalid-parameter", "from 4 to 1000"),
        ("/v1/correlation?symbols=btc,eth&bars=inf", 422, "invalid-parameter", "whole number"),
        ("/v1/correlation?symbols=btc,AAPL&tf=1h", 422, "unsupported-timeframe", "Use 1d 1w"),
        ("/v1/indicators/BTC?names=vwap", 422, "invalid-parameter", "'vwap' is none of atr, natr"),
        ("/v1/indicators/BTC?names=rsi,,ema", 422, "invalid-parameter", "none of atr, natr"),
        ("/v1/indicators/BTC?period=1", 422, "invalid-parameter", "from 2 to 200"),
        ("/v1/indicators/BTC?period=201", 422, "invalid-parameter", "from 2 to 200"),
        ("/v1/indicators/BTC?period=NaN", 422, "invalid-parameter", "whole number"),
        ("/v1/indicators/BTC?series=yes", 422, "invalid-parameter", "true or false"),
        ("/v1/indicators/BTC?last=501", 422, "invalid-parameter", "from 1 to 500"),
        ("/v1/indicators/AAPL", 422, "unsupported-timeframe", "Use 1d 1w"),
        ("/v1/indicators/BTX", 404, "unknown-symbol", "Did you mean BTC?"),
    ],
)
async def test_bad_input_is_answered_with_what_would_work(
    client: httpx.AsyncClient, path: str, status: int, code: str, words: str
) -> None:
    answer = await client.get(path)

    problem = msgspec.json.decode(answer.content, type=Problem)
    assert (answer.status_code, problem.status, problem.code) == (status, status, code)
    assert words in problem.detail


# Providers with little, and with faults


def flat(at: datetime) -> Candle:
    price = Decimal("0.0000000001")
    return Candle(at, price, price, price, price, Decimal(0))


def served(*providers: FakeProvider) -> Any:
    clock = FrozenClock(NOON)
    return serve(create_app(Settings(), clock, Markets(providers, Features("local"), clock)))


async def test_a_market_that_stands_still_has_nulls_and_no_infinity() -> None:
    pair = [listing("BTC-USD", "2"), listing("ETH-USD", "1")]
    provider = FakeProvider(FrozenClock(NOON), listings=pair, candle=flat)
    provider.price = flat(NOON).close
    async with served(provider) as address, create_client(address) as client:
        statistics = await read(client, "/v1/statistics/btc", StatisticsReply)
        matrix = await read(client, "/v1/correlation?symbols=btc,eth", CorrelationReply)
        several = await read(client, "/v1/indicators/btc?tf=1h&series=true", IndicatorsReply)

    assert statistics.sharpe is None and statistics.volatility_pct == 0
    assert matrix.matrix == [[None, None], [None, None]]
    rsi = next(one for one in several.indicators if one.name == "rsi")
    assert rsi.lines == {"value": None} and set(rsi.series["value"]) == {None}


@pytest.mark.parametrize(
    ("path", "have", "need"),
    [
        ("/v1/statistics/btc", 2, 3),
        ("/v1/correlation?symbols=btc,eth", 2, 4),
        ("/v1/indicators/btc?tf=1d&names=sma", 2, 20),
    ],
)
async def test_too_short_a_history_is_a_409_with_the_numbers(
    path: str, have: int, need: int
) -> None:
    pair = [listing("BTC-USD", "2"), listing("ETH-USD", "1")]
    young = FakeProvider(FrozenClock(NOON), listings=pair, begins=NOON - timedelta(days=3))
    async with served(young) as address, create_client(address) as client:
        problem = await read(client, path, Problem, 409)

    assert (problem.code, problem.have, problem.need) == ("not-enough-history", have, need)


async def test_markets_that_never_traded_together_have_no_correlation() -> None:
    clock = FrozenClock(NOON)
    weekdays = FakeProvider(
        clock,
        name="weekdays",
        listings=[listing("BTC-USD", sessions=True)],
        candle=lambda at: _on(at, at.weekday() < 5),
    )
    weekends = FakeProvider(
        clock,
        name="weekends",
        listings=[listing("ETH-USD", sessions=True)],
        candle=lambda at: _on(at, at.weekday() >= 5),
    )
    async with served(weekdays, weekends) as address, create_client(address) as client:
        problem = await read(client, "/v1/correlation?symbols=btc,eth", Problem, 409)

    assert (problem.have, problem.need) == (0, 4)
    assert "BTC-USD with ETH-USD" in problem.detail


async def test_a_quiet_day_is_no_candle_that_markets_have_in_common() -> None:
    clock = FrozenClock(NOON)
    quiet = FakeProvider(
        clock, name="quiet", candle=lambda at: _on(at, at.date().isoformat() != "2024-03-08")
    )
    busy = FakeProvider(clock, listings=[listing("ETH-USD")], candle=lambda at: _on(at, True))
    async with served(quiet, busy) as address, create_client(address) as client:
        reply = await read(client, "/v1/correlation?symbols=btc,eth&bars=12", CorrelationReply)

    assert reply.bars == 12 and reply.opened_at.date().isoformat() == "2024-02-29"
    assert reply.matrix[0][1] == 1


def _on(at: datetime, open_: bool) -> Candle | None:
    return Candle(at, *(Decimal(at.day),) * 4, Decimal(1)) if open_ else None


async def test_the_next_provider_answers_where_the_first_is_too_young() -> None:
    clock = FrozenClock(NOON)
    pair = [listing("BTC-USD", "2"), listing("ETH-USD", "1")]
    young = FakeProvider(clock, name="young", listings=pair, begins=NOON - timedelta(days=2))
    old = FakeProvider(clock, name="old", listings=pair)
    async with served(young, old) as address, create_client(address) as client:
        statistics = await read(client, "/v1/statistics/btc", StatisticsReply)
        matrix = await read(client, "/v1/correlation?symbols=btc,eth", CorrelationReply)
        several = await read(client, "/v1/indicators/btc?tf=1d", IndicatorsReply)

    assert statistics.source == several.source == "old"
    assert {market.source for market in matrix.markets} == {"old"}


@pytest.mark.parametrize(
    "path",
    ["/v1/statistics/btc", "/v1/correlation?symbols=btc,eth", "/v1/indicators/btc?names=rsi"],
)
async def test_an_outage_is_a_503(path: str) -> None:
    pair = [listing("BTC-USD", "2"), listing("ETH-USD", "1")]
    provider = FakeProvider(FrozenClock(NOON), listings=pair)
    async with served(provider) as address, create_client(address) as client:
        await client.get("/v1/symbols")
        provider.trouble = Unavailable("fake is down.", retry_after=30)
        answer = await client.get(path)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert json.loads(answer.content)["code"] == "upstream-unavailable"


async def test_the_description_names_the_routes_and_their_words(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]

    asked = {
        path: [one["name"] for one in paths[path]["get"]["parameters"]]
        for path in ("/v1/statistics/{symbol}", "/v1/correlation", "/v1/indicators/{symbol}")
    }
    assert asked == {
        "/v1/statistics/{symbol}": ["symbol", "tf", "bars"],
        "/v1/correlation": ["symbols", "tf", "bars"],
        "/v1/indicators/{symbol}": ["symbol", "names", "tf", "period", "series", "last"],
    }
