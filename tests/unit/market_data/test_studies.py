"""Indicators by name: their window, their lines and their series."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from common.clock import FrozenClock
from common.errors import NotEnoughCandles
from common.market import Candle, Timeframe
from common.wire import Indicator, IndicatorsReply
from market_data.catalogue import Offer
from market_data.history import History
from market_data.indicators.known import KNOWN, NAMES
from market_data.indicators.supertrend import supertrend
from market_data.studies import IndicatorsAsked, Studies
from tests.support.fake_provider import FakeProvider, listing

NOON = datetime(2024, 3, 13, 12, tzinfo=UTC)
H1 = Timeframe.H1
LINES = {
    "atr": ["value"],
    "natr": ["value"],
    "rsi": ["value"],
    "ema": ["value"],
    "sma": ["value"],
    "bollinger": ["upper", "middle", "lower"],
    "macd": ["macd", "signal", "histogram"],
    "supertrend": ["up", "down"],
    "chandelier": ["long", "short"],
}
PARAMETERS = {
    "atr": {"period": 14},
    "natr": {"period": 14},
    "rsi": {"period": 14},
    "ema": {"period": 20},
    "sma": {"period": 20},
    "bollinger": {"period": 20, "multiple": 2},
    "macd": {"fast": 12, "slow": 26, "signal": 9},
    "supertrend": {"period": 10, "multiple": 3},
    "chandelier": {"period": 22, "multiple": 3},
}


def wave(at: datetime) -> Candle:
    """Prices that swing within days, the same at every run."""
    n = int(at.timestamp()) // 3_600
    close = Decimal(1_000 + 8 * abs(n % 100 - 50) + n * 7_919 % 11)
    return Candle(at, close, close + n % 5, close - n % 3, close, Decimal(1))


class Service:
    def __init__(self, **options: Any) -> None:
        clock = FrozenClock(NOON)
        one = listing("BTC-USD")
        given = {"candle": wave, "native": [H1], "page": 1_000, **options}
        self.offer = Offer(FakeProvider(clock, listings=[one], **given), one)
        self.history = History(clock)
        self.studies = Studies(self.history)

    async def ask(self, **asked: Any) -> IndicatorsReply:
        return await self.studies.indicators(
            self.offer, IndicatorsAsked(**{"timeframe": H1, **asked})
        )

    async def one(self, name: str, **asked: Any) -> Indicator:
        (only,) = (await self.ask(names=(name,), **asked)).indicators
        return only


def test_every_name_of_the_wire_is_known() -> None:
    assert set(KNOWN) == set(NAMES) == set(LINES)


async def test_all_stand_on_250_closed_candles_with_their_usual_parameters() -> None:
    reply = await Service().ask()

    assert [one.name for one in reply.indicators] == list(NAMES)
    assert {one.name: list(one.lines) for one in reply.indicators} == LINES
    assert {one.name: one.parameters for one in reply.indicators} == PARAMETERS
    assert not any(one.approximate or one.series for one in reply.indicators)
    assert (reply.bars, reply.opened_at) == (250, None)
    assert (reply.closed_at, reply.next_close_at) == (NOON, NOON + H1.length)
    assert reply.close == wave(NOON - H1.length).close


async def test_a_period_goes_to_all_but_macd() -> None:
    reply = await Service().ask(period=50)

    found = {one.name: one.parameters.get("period") for one in reply.indicators}
    assert found == {**dict.fromkeys(NAMES, Decimal(50)), "macd": None}
    assert reply.bars == 550  # 11 periods settle Wilder's mean


@pytest.mark.parametrize(
    ("name", "period", "bars", "approximate"),
    [
        ("sma", 200, 250, False),
        ("ema", 50, 300, False),
        ("ema", 200, 1_000, True),
        ("atr", 90, 990, False),
        ("rsi", 200, 1_000, True),
        ("macd", 200, 250, False),
    ],
)
async def test_a_value_stands_on_as_many_candles_as_settle_it_or_says_so(
    name: str, period: int, bars: int, approximate: bool
) -> None:
    reply = await Service().ask(names=(name,), period=period)

    assert (reply.bars, reply.indicators[0].approximate) == (bars, approximate)


@pytest.mark.parametrize("name", NAMES)
async def test_a_series_ends_with_the_latest_value(name: str) -> None:
    service = Service()

    one = await service.one(name, last=30)

    assert one.series is not None and list(one.series) == LINES[name]
    for line, values in one.series.items():
        assert len(values) == 30
        assert values[-1] == one.lines[line]


async def test_a_series_runs_over_the_candles_that_it_names() -> None:
    reply = await Service().ask(names=("sma",), last=3)

    assert reply.opened_at == [NOON - hours * H1.length for hours in (3, 2, 1)]
    assert reply.bars == 252


@pytest.mark.parametrize("name", NAMES)
async def test_each_value_of_a_series_is_what_was_latest_then(name: str) -> None:
    service = Service(begins=NOON - timedelta(hours=60))
    whole = await service.one(name, last=20)
    earlier = Service(begins=NOON - timedelta(hours=60))
    earlier.offer.provider._clock.advance(-timedelta(hours=7))  # type: ignore[attr-defined]

    then = await earlier.one(name)

    assert whole.series is not None
    assert {line: values[-8] for line, values in whole.series.items()} == then.lines


async def test_a_quiet_hour_is_filled_flat_and_counted() -> None:
    quiet = NOON - timedelta(hours=4)
    reply = await Service(candle=lambda at: None if at == quiet else wave(at)).ask()

    assert (reply.bars, reply.filled, reply.gaps) == (250, 1, [])


async def test_a_series_begins_with_nulls_where_there_is_no_value_yet() -> None:
    one = await Service(begins=NOON - timedelta(hours=40)).one("macd", last=100)

    assert one.series is not None and one.approximate
    assert [value is None for value in one.series["macd"]] == [True] * 33 + [False] * 7


async def test_supertrend_tells_its_side_by_the_line_that_has_a_level() -> None:
    service = Service()
    one = await service.one("supertrend", last=200)
    candles = (await service.history.closed(service.offer, H1, 449)).candles

    found = supertrend(candles, service.offer.listing.price_step)
    assert found is not None
    other = "down" if found.direction == "up" else "up"
    assert one.lines == {found.direction: found.flips_at, other: None}
    assert one.series is not None
    pairs = list(zip(one.series["up"], one.series["down"], strict=True))
    assert all((up is None) != (down is None) for up, down in pairs)
    assert {up is None for up, _ in pairs} == {True, False}  # it flipped on the way


async def test_exits_that_would_not_be_prices_are_null() -> None:
    def wild(at: datetime) -> Candle:
        return Candle(at, Decimal(5), Decimal(100), Decimal(1), Decimal(5), Decimal(1))

    one = await Service(candle=wild).one("chandelier")

    assert one.lines == {"long": None, "short": None}


@pytest.mark.parametrize(
    ("names", "have", "need"),
    [(("sma",), 19, 20), (("atr", "sma"), 14, 20), (("rsi",), 14, 15), (NAMES, 33, 34)],
)
async def test_too_short_a_history_says_how_many_candles_there_are(
    names: tuple[str, ...], have: int, need: int
) -> None:
    service = Service(begins=NOON - timedelta(hours=have))

    with pytest.raises(NotEnoughCandles) as short:
        await service.ask(names=names)

    assert (short.value.have, short.value.need) == (have, need)


async def test_with_as_many_candles_as_needed_there_is_every_value() -> None:
    reply = await Service(begins=NOON - timedelta(hours=34)).ask()

    assert all(one.approximate for one in reply.indicators)
    flat = [line for one in reply.indicators for line in one.lines.values()]
    assert flat.count(None) == 1  # of supertrend's two
