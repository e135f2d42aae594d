"""Who answers where the preferred provider cannot, and for how long it stays that way."""

import asyncio
from datetime import UTC, datetime

import pytest

from common.clock import FrozenClock
from common.errors import NotEnoughCandles, Unavailable, UnknownSymbol
from market_data.catalogue import Catalogue, Offer
from market_data.failover import Failover
from market_data.resilience.bulkhead import Busy
from tests.support.fake_provider import FakeProvider, listing

NOON = datetime(2024, 3, 13, 12, tzinfo=UTC)


class Scene:
    def __init__(self, *names: str, patience: float = 1.0) -> None:
        self.clock = FrozenClock(NOON)
        self.failover = Failover(self.clock, patience)
        one = listing("BTC-USD")
        self.offers = [Offer(FakeProvider(self.clock, name=name), one) for name in names]
        self.errors: dict[str, Exception] = {}
        self.asked: list[str] = []

    async def ask(self, offer: Offer) -> str:
        self.asked.append(offer.provider.name)
        if offer.provider.name in self.errors:
            raise self.errors[offer.provider.name]
        return offer.provider.name

    async def answer(self) -> str:
        return await self.failover.first(self.offers, self.ask)


async def test_the_first_provider_answers_while_it_can() -> None:
    scene = Scene("a", "b")

    assert await scene.answer() == "a" and scene.asked == ["a"]


async def test_a_failure_sticks_for_a_minute() -> None:
    scene = Scene("a", "b")
    scene.errors["a"] = Unavailable("gone")
    assert await scene.answer() == "b"
    del scene.errors["a"]

    scene.clock.advance(59)
    assert await scene.answer() == "b"
    scene.clock.advance(1)
    assert await scene.answer() == "a"


async def test_a_failure_again_and_again_does_not_prolong_the_minute_by_each() -> None:
    scene = Scene("a", "b")
    scene.errors = {"a": Unavailable("gone"), "b": Unavailable("gone")}
    for _ in range(6):
        with pytest.raises(Unavailable):
            await scene.answer()
        scene.clock.advance(10)
    scene.errors.clear()

    assert await scene.answer() == "a"


async def test_another_market_is_not_concerned() -> None:
    scene = Scene("a", "b")
    scene.errors["a"] = Unavailable("gone")
    await scene.answer()
    scene.errors.clear()
    ether = [Offer(offer.provider, listing("ETH-USD")) for offer in scene.offers]

    assert await scene.failover.first(ether, scene.ask) == "a"


@pytest.mark.parametrize("error", [NotEnoughCandles("BTC-USD", "1w", 3, 15), Busy("too much")])
async def test_too_little_history_or_too_much_at_once_is_no_failure(error: Exception) -> None:
    scene = Scene("a", "b")
    scene.errors["a"] = error
    assert await scene.answer() == "b"
    scene.errors.clear()

    assert await scene.answer() == "a"


async def test_a_slow_provider_is_not_waited_for_while_there_is_another() -> None:
    scene = Scene("slow", "b", patience=0.01)
    went_on = asyncio.Event()

    async def ask(offer: Offer) -> str:
        if offer.provider.name == "slow":
            await went_on.wait()
        return offer.provider.name

    assert await scene.failover.first(scene.offers, ask) == "b"


async def test_the_last_provider_is_given_all_the_time() -> None:
    scene = Scene("a", patience=0.01)

    async def ask(offer: Offer) -> str:
        await asyncio.sleep(0.05)
        return "slow and sure"

    assert await scene.failover.first(scene.offers, ask) == "slow and sure"


async def test_if_nobody_can_the_preferred_ones_reason_is_told() -> None:
    scene = Scene("a", "b")
    scene.errors = {"a": Unavailable("a is gone"), "b": NotEnoughCandles("BTC-USD", "1w", 3, 15)}

    with pytest.raises(Unavailable, match="a is gone"):
        await scene.answer()


async def test_a_market_that_one_has_delisted_is_answered_by_who_still_has_it() -> None:
    scene = Scene("a", "b")
    scene.errors["a"] = UnknownSymbol("BTC-USD")
    assert await scene.answer() == "b"

    scene.errors["b"] = Unavailable("b is gone")
    with pytest.raises(Unavailable, match="b is gone"):
        await scene.answer()

    scene.errors["b"] = UnknownSymbol("BTC-USD")
    with pytest.raises(UnknownSymbol):
        await scene.answer()


async def test_what_an_exchange_lists_is_never_answered_from_a_recording() -> None:
    scene = Scene("coinbase", "recorded")
    recorded = scene.offers[1].provider
    assert isinstance(recorded, FakeProvider)
    recorded.quality = "recorded"
    scene.errors["coinbase"] = Unavailable("gone")

    with pytest.raises(Unavailable):
        await scene.answer()
    assert scene.asked == ["coinbase"]


# The lists of markets, which decide who can be asked


async def test_a_hanging_provider_delays_the_list_of_the_others_once() -> None:
    clock = FrozenClock(NOON)
    hanging, fine = FakeProvider(clock, name="hanging"), FakeProvider(clock, name="fine")
    hanging.gate.clear()
    catalogue = Catalogue([hanging, fine], clock, patience=0.01)

    async with asyncio.timeout(5):
        offers = await catalogue.resolve("btc")

    assert [offer.provider.name for offer in offers] == ["fine"]
    hanging.gate.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(await catalogue.resolve("btc")) == 2
    await catalogue.aclose()


async def test_a_failed_list_is_not_asked_for_again_at_once() -> None:
    clock = FrozenClock(NOON)
    down, fine = FakeProvider(clock, name="down"), FakeProvider(clock, name="fine")
    down.trouble = Unavailable("gone")
    catalogue = Catalogue([down, fine], clock)
    await catalogue.resolve("btc")
    down.trouble = None

    assert len(await catalogue.resolve("btc")) == 1
    clock.advance(16)
    await catalogue.resolve("btc")
    await asyncio.sleep(0)
    assert len(await catalogue.resolve("btc")) == 2
    await catalogue.aclose()


async def test_the_joined_list_is_built_once() -> None:
    clock = FrozenClock(NOON)
    catalogue = Catalogue([FakeProvider(clock)], clock)

    assert await catalogue.resolve("btc") is await catalogue.resolve("BTC-USD")
