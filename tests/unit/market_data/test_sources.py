"""Tickers of a market at several exchanges: who is waited for, who is believed, what is told."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from common.clock import FrozenClock
from common.errors import Unavailable, UnknownSymbol
from common.market import Candle, Symbol, Ticker
from common.wire import TickerReply
from market_data.catalogue import Offer
from market_data.history import History
from market_data.quotes import Quotes
from tests.support.fake_provider import FakeProvider, listing

NOON = datetime(2024, 3, 13, 12, tzinfo=UTC)


def around(price: int) -> Any:
    """Candles of ten dollars."""
    value = Decimal(price)
    return lambda at: Candle(at, value, value + 5, value - 5, value, Decimal(2))


class Exchange(FakeProvider):
    """A fake with a book, that may slip or freeze.

    Attributes:
        slip: Its last trade, times this, while its book stays.
        late: How old it says its price is.
    """

    def __init__(self, clock: FrozenClock, name: str, price: str = "1000", **options: Any) -> None:
        super().__init__(clock, name=name, candle=around(1000), **options)
        self.price = Decimal(price)
        self.slip = Decimal(1)
        self.late = timedelta(0)

    async def ticker(self, symbol: Symbol) -> Ticker:
        said = await super().ticker(symbol)
        spread = Decimal("0.05")
        return Ticker(
            symbol,
            said.price * self.slip,
            said.at - self.late,
            bid=said.price - spread,
            ask=said.price + spread,
        )


class Scene:
    """Three exchanges, a clock, and one market."""

    def __init__(self, *prices: str) -> None:
        self.clock = FrozenClock(NOON)
        self.a, self.b, self.c = (
            Exchange(self.clock, name, price)
            for name, price in zip("abc", prices or ("1000",) * 3, strict=True)
        )
        self.exchanges = [self.a, self.b, self.c]
        self.quotes = Quotes(History(self.clock), self.clock, random=lambda: 0.5)

    async def ticker(self, names: str = "abc") -> TickerReply:
        one = listing("BTC-USD")
        offers = [Offer(it, one) for it in self.exchanges if it.name in names]
        return await self.quotes.ticker(*offers)

    async def after(self, seconds: float, names: str = "abc") -> TickerReply:
        """Answer so much later, with what comes in meanwhile."""
        self.clock.advance(seconds)
        await self.ticker(names)
        for _ in range(5):
            await asyncio.sleep(0)
        return await self.ticker(names)


async def test_three_that_agree_are_a_consensus_that_may_fire_alerts() -> None:
    reply = await Scene("1000.10", "1000.40", "1000.20").ticker()

    assert (reply.price, reply.quality, reply.source) == (Decimal("1000.20"), "consensus", "a")
    assert reply.alertable and not reply.stale
    assert [(one.name, one.deviation_bps, one.used) for one in reply.sources] == [
        ("a", Decimal("-1.0"), True),
        ("b", Decimal("2.0"), True),
        ("c", Decimal("0.0"), True),
    ]


async def test_the_price_of_a_consensus_stands_on_the_preferred_sources_tick() -> None:
    reply = await Scene("1000.11", "1000.12", "1300").ticker()

    assert reply.price in (Decimal("1000.11"), Decimal("1000.12"))


@pytest.mark.parametrize("victim", "abc")
@pytest.mark.parametrize("fault", ["x1.3", "slip", "frozen", "gone"])
async def test_one_broken_exchange_is_outvoted(victim: str, fault: str) -> None:
    scene = Scene("1000.10", "1000.05", "1000.00")
    before = await scene.ticker()
    broken = next(one for one in scene.exchanges if one.name == victim)
    for one in scene.exchanges:
        one.price *= Decimal("1.002")
    match fault:
        case "x1.3":
            broken.price *= Decimal("1.3")
        case "slip":
            broken.slip = Decimal("1.3")
        case "frozen":
            broken.price, broken.late = Decimal(1000), timedelta(seconds=11)
        case "gone":
            broken.trouble = Unavailable("gone")
    reply = await scene.after(11)

    assert abs(reply.price / (before.price * Decimal("1.002")) - 1) < Decimal("0.0002")
    assert reply.quality == "consensus" and reply.alertable
    assert [one.name for one in reply.sources if one.used] == [n for n in "abc" if n != victim]


async def test_two_that_disagree_are_disputed_and_fire_nothing() -> None:
    scene = Scene("1000", "1008", "1000")
    scene.c.trouble = Unavailable("gone")
    reply = await scene.ticker()

    assert (reply.price, reply.quality, reply.alertable) == (Decimal(1000), "disputed", False)


async def test_of_two_that_disagree_the_one_that_did_not_jump_is_told() -> None:
    scene = Scene()
    await scene.ticker()
    scene.c.trouble = Unavailable("gone")
    scene.a.price = Decimal(1300)
    reply = await scene.after(11)

    assert (reply.price, reply.source, reply.quality) == (Decimal(1000), "b", "disputed")
    assert not reply.alertable and not reply.stale


async def test_a_single_source_may_fire_alerts_while_it_makes_sense() -> None:
    reply = await Scene("1001", "1", "1").ticker("a")

    assert (reply.quality, reply.alertable) == ("single", True)


async def test_a_jump_of_a_single_source_is_not_told_as_a_price_before_it_has_stayed() -> None:
    scene = Scene()
    await scene.ticker("a")
    scene.a.price = Decimal(1300)
    told = [await scene.after(10, "a") for _ in range(9)]

    assert [reply.price for reply in told[:6]] == [Decimal(1000)] * 6
    assert all(reply.stale and not reply.alertable for reply in told[:6])
    assert all(reply.sources[0].price == 1300 for reply in told)
    assert (told[-1].price, told[-1].stale, told[-1].alertable) == (Decimal(1300), False, True)


async def test_a_slip_of_a_single_source_is_never_told() -> None:
    scene = Scene()
    await scene.ticker("a")
    scene.a.slip = Decimal("1.3")
    for _ in range(20):
        reply = await scene.after(10, "a")
        assert reply.price == 1000 and reply.stale

    while (reply := await scene.after(10, "a")).price == 1000:
        assert reply.age_ms <= 310_000
    assert not reply.alertable


async def test_a_jump_of_all_is_a_move() -> None:
    scene = Scene()
    await scene.ticker()
    for one in scene.exchanges:
        one.price = Decimal(1300)
    reply = await scene.after(11)

    assert (reply.price, reply.quality, reply.alertable) == (Decimal(1300), "consensus", True)


async def test_a_slow_third_source_does_not_delay_the_answer() -> None:
    scene = Scene()
    scene.c.gate.clear()
    async with asyncio.timeout(5):
        reply = await scene.ticker()

    assert reply.quality == "consensus" and [one.name for one in reply.sources] == ["a", "b"]
    scene.c.gate.set()
    await asyncio.sleep(0)
    assert len((await scene.ticker()).sources) == 3


async def test_a_slow_preferred_source_does_not_either() -> None:
    scene = Scene()
    scene.a.gate.clear()
    async with asyncio.timeout(5):
        reply = await scene.ticker()

    assert (reply.source, reply.quality) == ("b", "consensus")


async def test_while_young_prices_are_known_nobody_waits() -> None:
    scene = Scene()
    await scene.ticker()
    for one in scene.exchanges:
        one.gate.clear()
    scene.clock.advance(4.9)

    reply = await scene.ticker()

    assert (reply.age_ms, reply.stale, reply.quality) == (4_900, False, "consensus")
    assert scene.quotes.hearing.served == {"waited": 1, "revalidating": 1}


async def test_others_are_asked_less_often_than_the_preferred_source() -> None:
    scene = Scene()
    await scene.ticker()
    for _ in range(20):
        await scene.after(1)

    assert [one.tickers for one in scene.exchanges] == [11, 5, 5]


async def test_when_all_are_gone_the_last_price_is_told_as_stale_for_five_minutes() -> None:
    scene = Scene()
    await scene.ticker()
    for one in scene.exchanges:
        one.trouble = Unavailable(f"{one.name} is gone")
    reply = await scene.after(290)

    assert reply.stale and not reply.alertable and reply.age_ms == 290_000
    scene.clock.advance(11)
    with pytest.raises(Unavailable, match="a is gone"):
        await scene.ticker()


async def test_simulated_and_recorded_prices_pass_through() -> None:
    scene = Scene()
    scene.a.quality = "simulated"
    await scene.ticker("a")
    scene.a.price = Decimal(9_999)

    reply = await scene.after(11, "a")

    assert (reply.price, reply.quality, reply.alertable) == (Decimal(9_999), "simulated", True)


async def test_a_clock_ahead_of_ours_makes_no_negative_age() -> None:
    scene = Scene()
    scene.a.late = timedelta(seconds=-90)

    reply = await scene.ticker("a")

    assert reply.as_of == NOON and reply.age_ms == 0


async def test_how_far_sources_lie_apart_is_counted() -> None:
    scene = Scene("1000.0", "1000.5", "1000.0")
    await scene.ticker()

    assert scene.quotes.deviations["b"].total == 5


async def test_a_bug_is_told_before_an_outage() -> None:
    scene = Scene()
    scene.a.trouble = Unavailable("gone")
    scene.b.trouble = ZeroDivisionError()  # type: ignore[assignment]

    with pytest.raises(ZeroDivisionError):
        await scene.ticker("ab")


async def test_a_market_is_not_unknown_while_one_that_lists_it_is_away() -> None:
    scene = Scene()
    scene.a.trouble, scene.b.trouble = UnknownSymbol("BTC-USD"), Unavailable("b is gone")
    with pytest.raises(Unavailable, match="b is gone"):
        await scene.ticker("ab")

    scene.clock.advance(10)
    scene.b.trouble = UnknownSymbol("BTC-USD")
    with pytest.raises(UnknownSymbol):
        await scene.ticker("ab")


async def test_where_the_preferred_source_has_no_candles_the_next_one_tells_the_past() -> None:
    class WithoutCandles(Exchange):
        async def candles(self, *_: Any) -> Sequence[Candle]:
            raise Unavailable("no candles")

    scene = Scene()
    scene.exchanges[0] = WithoutCandles(scene.clock, "a")
    reply = await scene.ticker()

    assert reply.open_24h == 1000 and reply.source == "a"


async def test_how_far_the_price_told_by_atr_may_lie_is_bounded_too() -> None:
    scene = Scene()
    await scene.ticker("a")
    scene.a.price = Decimal(1300)
    scene.clock.advance(20)

    ticker, stale = await scene.quotes.price(Offer(scene.a, listing("BTC-USD")))

    assert (ticker.price, stale) == (Decimal(1000), True)
