"""One pulse a market, the latest value for each reader."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from common.clock import FrozenClock
from common.errors import Unavailable, UnknownSymbol
from common.features import Features
from common.market import Candle, Timeframe
from common.wire import CandlesReply, TickerReply
from market_data.market import Markets
from market_data.streams import Event, Reader, Streams
from tests.support.fake_provider import FakeProvider, listing

NOON = datetime(2024, 3, 13, 12, 0, 30, tzinfo=UTC)


def _wide(at: datetime) -> Candle:
    """A minute that moved so much that no price of these tests is a jump."""
    return Candle(at, Decimal(1_300), Decimal(1_500), Decimal(1_100), Decimal(1_300), Decimal(2))


class Service:
    """Streams whose pulse beats when the test says so."""

    def __init__(self, **options: int) -> None:
        self.clock = FrozenClock(NOON)
        listings = [listing("BTC-USD", "9"), listing("ETH-USD", "8")]
        self.provider = FakeProvider(self.clock, listings=listings, candle=_wide)
        self.markets = Markets([self.provider], Features("local"), self.clock)
        self._beats = asyncio.Semaphore(0)
        self._waiting = 0
        self.streams = Streams(self.markets, self.clock, sleep=self._rest, **options)

    async def _rest(self, _: float) -> None:
        self._waiting += 1
        await self._beats.acquire()
        self._waiting -= 1

    async def beat(self, price: str | None = None) -> None:
        """Let every pulse ask once more, when nothing kept is good any longer."""
        self.clock.advance(20)
        if price:
            self.provider.price = Decimal(price)
        for _ in range(self._waiting):
            self._beats.release()
        await self.settle()

    async def settle(self) -> None:
        for _ in range(50):
            await asyncio.sleep(0)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    made = Service()
    yield made
    await made.streams.aclose()
    await made.markets.aclose()


def prices(events: list[Event]) -> list[str]:
    return [str(msgspec.json.decode(event.body, type=TickerReply).price) for event in events]


async def take(reader: Reader) -> list[Event]:
    return await reader.take(0.05)


async def test_a_reader_gets_the_first_value_and_then_every_change(service: Service) -> None:
    async with service.streams.reader(["btc"], None) as reader:
        await service.settle()
        assert prices(await take(reader)) == ["1234.50"]
        await service.beat("1300")
        assert prices(await take(reader)) == ["1300"]


async def test_a_slow_reader_gets_the_latest_value_not_the_backlog(service: Service) -> None:
    async with service.streams.reader(["btc", "eth"], None) as reader:
        for price in ("1301", "1302", "1303"):
            await service.settle()
            await service.beat(price)

        events = await take(reader)

    assert prices(events) == ["1303", "1303"]
    assert {event.topic[0] for event in events} == {"BTC-USD", "ETH-USD"}


async def test_readers_of_one_market_share_its_pulse(service: Service) -> None:
    async with service.streams.reader(["btc"], None) as first:
        await service.settle()
        asked = service.provider.tickers
        async with service.streams.reader(["BTCUSD"], None) as second:
            await service.settle()
            assert await take(first) == await take(second)
            assert service.provider.tickers == asked and service.streams.open == 2


async def test_a_closed_candle_is_told_once(service: Service) -> None:
    async with service.streams.reader(["btc"], Timeframe.M1) as reader:
        await service.settle()
        first = [event for event in await take(reader) if event.kind == "candle"]
        for _ in range(3):  # a minute, at 20 seconds a beat
            await service.beat()
        second = [event for event in await take(reader) if event.kind == "candle"]

    candles = [msgspec.json.decode(one.body, type=CandlesReply) for one in (*first, *second)]
    assert [candle.opened_at[0].minute for candle in candles] == [59, 0]


async def test_who_comes_back_gets_only_what_is_newer(service: Service) -> None:
    async with service.streams.reader(["btc"], None) as staying:
        await service.settle()
        (seen,) = await take(staying)
        async with service.streams.reader(["btc"], None, seen.number) as back:
            assert await take(back) == []
        async with service.streams.reader(["btc"], None, seen.number - 1) as late:
            assert await take(late) == [seen]


@pytest.mark.parametrize("trouble", [Unavailable("gone"), ZeroDivisionError("a bug")])
async def test_an_outage_is_survived_and_nothing_is_made_up(service: Service, trouble: Any) -> None:
    async with service.streams.reader(["btc"], None) as reader:
        await service.settle()
        await take(reader)
        service.provider.trouble = trouble
        service.clock.advance(400)
        await service.beat()
        assert await take(reader) == []
        service.provider.trouble = None
        await service.beat("1400")
        assert prices(await take(reader)) == ["1400"]


async def test_nobody_is_followed_for_nobody(service: Service) -> None:
    async with service.streams.reader(["btc"], None):
        await service.settle()
    asked = service.provider.tickers
    await service.beat("1500")

    assert service.provider.tickers == asked and service.streams.open == 0


async def test_an_unknown_market_is_refused_and_leaves_nothing_behind(service: Service) -> None:
    with pytest.raises(UnknownSymbol):
        async with service.streams.reader(["btc", "moon"], None):
            pass

    assert service.streams.open == 0


async def test_more_readers_than_there_is_room_for_are_refused() -> None:
    service = Service(most=1)
    async with service.streams.reader(["btc"], None):
        with pytest.raises(Unavailable, match="1 readers are listening already"):
            async with service.streams.reader(["btc"], None):
                pass
    async with service.streams.reader(["btc"], None):
        assert service.streams.open == 1
    await service.streams.aclose()


async def test_numbers_rise_over_restarts() -> None:
    early = Service()
    async with early.streams.reader(["btc"], None) as reader:
        await early.settle()
        (before,) = await take(reader)
    late = Service()
    late.clock.advance(60)
    later = Streams(late.markets, late.clock)
    async with later.reader(["btc"], None) as reader:
        (after,) = await reader.take(5)

    assert after.number > before.number
    await early.streams.aclose()
    await later.aclose()
