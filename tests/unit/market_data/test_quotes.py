"""The last price and what it has changed; fresh for two seconds, stale for five minutes."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from common.clock import FrozenClock
from common.errors import Unavailable, UnknownSymbol
from common.market import Candle, Timeframe
from market_data.catalogue import Offer
from market_data.history import History
from market_data.quotes import Quotes
from tests.support.fake_provider import FakeProvider, listing

NOON = datetime(2024, 3, 13, 12, tzinfo=UTC)
Made = tuple[Quotes, FakeProvider, Offer, FrozenClock]


def flat(price: str) -> Any:
    value = Decimal(price)
    return lambda at: Candle(at, value, value, value, value, Decimal(2))


def make(**options: Any) -> Made:
    clock = FrozenClock(NOON)
    one = listing("BTC-USD")
    provider = FakeProvider(clock, listings=[one], **{"candle": flat("1000"), **options})
    quotes = Quotes(History(clock), clock, random=lambda: 0.5)
    return quotes, provider, Offer(provider, one), clock


async def test_changes_are_computed_from_closes_of_before() -> None:
    def stairs(at: datetime) -> Candle:
        days = (NOON - at) / timedelta(days=1)
        price = Decimal(800) if days > 7 else Decimal(1_000) if days > 1 else Decimal(1_200)
        price = Decimal(1_320) if days < 0.02 else price
        return Candle(at, price, price, price, price, Decimal(1))

    quotes, provider, offer, _ = make(candle=stairs)
    provider.price = Decimal(1_320)

    reply = await quotes.ticker(offer)

    assert reply.open_24h == 1_000 and reply.change_24h == 320
    changes = [reply.change_1h_pct, reply.change_24h_pct, reply.change_7d_pct]
    assert changes == [Decimal(10), Decimal(32), Decimal(65)]


async def test_extremes_and_volumes_cover_the_last_24_hours_and_the_price_itself() -> None:
    quotes, provider, offer, _ = make()
    provider.price = Decimal(1_004)

    reply = await quotes.ticker(offer)

    assert [reply.high_24h, reply.low_24h] == [Decimal(1_004), Decimal(1_000)]
    assert reply.volume_24h == 288 * 2
    assert reply.quote_volume_24h == 288 * 2 * 1_000


async def test_a_market_without_a_past_has_unknown_changes_not_zero() -> None:
    quotes, _, offer, _ = make(candle=lambda _: None, native=[Timeframe.H1], page=20)

    reply = await quotes.ticker(offer)

    assert reply.price == Decimal("1234.50")
    known = (reply.change_24h, reply.change_1h_pct, reply.change_24h_pct, reply.change_7d_pct)
    assert known == (None,) * 4 and reply.high_24h is None and reply.volume_24h is None


async def test_a_stock_changes_against_the_close_of_its_last_session() -> None:
    def sessions(at: datetime) -> Candle | None:
        price = Decimal(100 + at.day)
        return (
            Candle(at, price, price + 2, price - 2, price, Decimal(5)) if at.weekday() < 5 else None
        )

    quotes, provider, offer, clock = make(candle=sessions, native=[Timeframe.D1])
    clock.advance(datetime(2024, 3, 19, tzinfo=UTC) - NOON)  # the end of Monday's session
    provider.price = Decimal(118)

    reply = await quotes.ticker(offer)

    assert reply.open_24h == 115  # Friday the 15th
    assert reply.change_1h_pct is None
    session = [reply.high_24h, reply.low_24h, reply.volume_24h]
    assert session == [Decimal(120), Decimal(116), Decimal(5)]
    assert reply.change_7d_pct == ((Decimal(118) - 111) / 111 * 100).quantize(Decimal("0.000001"))


async def test_a_quote_is_fresh_for_two_seconds() -> None:
    quotes, provider, offer, clock = make()
    provider.price = Decimal(1_000)
    await quotes.ticker(offer)
    clock.advance(1.9)
    assert (await quotes.ticker(offer)).age_ms == 1_900
    assert provider.tickers == quotes.calls == 1

    clock.advance(0.2)
    assert (await quotes.ticker(offer)).age_ms == 2_100
    await asyncio.sleep(0)
    assert provider.tickers == 2
    assert (await quotes.ticker(offer)).age_ms == 0


async def test_an_outage_is_bridged_with_a_stale_mark_for_five_minutes() -> None:
    quotes, provider, offer, clock = make()
    await quotes.ticker(offer)
    provider.trouble = Unavailable("gone")

    clock.advance(240)
    reply = await quotes.ticker(offer)
    assert reply.stale and reply.age_ms == 240_000

    clock.advance(61)
    with pytest.raises(Unavailable):
        await quotes.ticker(offer)


async def test_a_price_kept_over_a_candles_close_still_knows_the_day_before() -> None:
    quotes, provider, offer, clock = make()
    provider.price = Decimal(1_000)
    clock.advance(299)
    await quotes.ticker(offer)

    clock.advance(1)

    assert (await quotes.ticker(offer)).open_24h == 1_000


class WithoutCandles(FakeProvider):
    """Its tickers answer, its candles do not."""

    error: Exception = Unavailable("gone")

    async def candles(self, *_: Any) -> Any:
        raise self.error


@pytest.mark.parametrize("error", [Unavailable("gone"), UnknownSymbol("BTC-USD")])
async def test_a_price_is_told_whatever_becomes_of_its_candles(error: Exception) -> None:
    quotes, _, offer, clock = make()
    without = WithoutCandles(clock, listings=[offer.listing])
    without.error = error

    reply = await quotes.ticker(Offer(without, offer.listing))

    assert reply.price == Decimal("1234.50") and reply.change_24h is None


async def test_changes_stay_known_for_most_of_an_hour_while_candles_do_not_answer() -> None:
    an_hour_ago = NOON - timedelta(hours=1)
    quotes, provider, offer, clock = make(
        candle=lambda at: flat("1000" if at < an_hour_ago else "1100")(at)
    )
    without = WithoutCandles(clock, listings=[offer.listing])
    without.price, gone = Decimal(1_100), Offer(without, offer.listing)
    provider.price = Decimal(1_100)

    before = await quotes.ticker(offer)
    clock.advance(timedelta(minutes=40))
    after = await quotes.ticker(gone)
    clock.advance(timedelta(minutes=20))
    later = await quotes.ticker(gone)

    assert [before.open_24h, after.open_24h, later.open_24h] == [Decimal(1_000)] * 2 + [None]
    changes = [before.change_1h_pct, after.change_1h_pct, later.change_1h_pct]
    assert changes == [Decimal(10), Decimal(0), None]


async def test_fifty_askers_make_one_call() -> None:
    quotes, provider, offer, _ = make()
    provider.gate.clear()
    asking = [asyncio.create_task(quotes.price(offer)) for _ in range(50)]
    await asyncio.sleep(0)
    provider.gate.set()

    answers = await asyncio.gather(*asking)

    assert provider.tickers == 1
    assert {ticker.price for ticker, _ in answers} == {Decimal("1234.50")}


async def test_tiny_and_huge_prices_keep_every_digit() -> None:
    for text in ("0.0000000001", "10000000.00000001"):
        quotes, provider, offer, _ = make(candle=flat(text))
        provider.price = Decimal(text)

        reply = await quotes.ticker(offer)

        assert reply.price == Decimal(text) and reply.change_24h_pct == 0
