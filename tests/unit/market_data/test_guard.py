"""Places, retries and budgets around one upstream; nothing here waits in real time."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from common.clock import FrozenClock
from common.errors import Unavailable, UnknownSymbol
from common.market import Timeframe
from market_data.guarded import Guarded
from market_data.resilience.bulkhead import Bulkhead, Busy
from market_data.resilience.guard import Guard
from market_data.resilience.retry import Refused
from tests.support.fake_provider import BTC, FakeProvider

NOON = datetime(2024, 3, 13, 12, tzinfo=UTC)


class Scene:
    """A guarded upstream that follows a script, and what the guard slept."""

    def __init__(self, *script: Exception | None, **options: Any) -> None:
        self.clock = FrozenClock(NOON)
        self.slept: list[float] = []
        self.guard = Guard("fake", self.clock, sleep=self.sleep, random=lambda: 0.5, **options)
        self.calls = 0
        self._script = list(script)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.advance(seconds)

    async def upstream(self) -> str:
        self.calls += 1
        trouble = self._script.pop(0) if self._script else None
        if trouble is not None:
            raise trouble
        return "answer"

    async def ask(self) -> str:
        return await self.guard.call("ticker", self.upstream)


async def test_a_fault_here_and_there_is_tried_again_and_not_held_against_it() -> None:
    scene = Scene(*[Unavailable("gone"), Unavailable("gone"), None] * 5)

    answers = [await scene.ask() for _ in range(5)]

    assert answers == ["answer"] * 5
    assert scene.slept == pytest.approx(
        [0.1, 0.2] * 5
    )  # half of 0.2 and 0.4: jitter over all of it
    assert scene.guard.breaker.state == "closed"
    assert scene.guard.tally.count("failed") == 10


async def test_after_three_attempts_the_last_error_is_told() -> None:
    scene = Scene(*[Unavailable(f"fault {n}") for n in range(3)])

    with pytest.raises(Unavailable, match="fault 2"):
        await scene.ask()

    assert scene.calls == 3


async def test_a_question_that_is_refused_is_not_asked_again() -> None:
    scene = Scene(Refused("bourse answered 400."))

    with pytest.raises(Unavailable, match="answered 400"):
        await scene.ask()

    assert scene.calls == 1 and scene.slept == []


async def test_a_short_wait_that_was_asked_for_is_kept() -> None:
    scene = Scene(Unavailable("429", retry_after=2.0))

    assert await scene.ask() == "answer"
    assert scene.slept == [2.0]


@pytest.mark.parametrize("seconds", [30.0, 3_600.0])
async def test_a_long_wait_that_was_asked_for_opens_the_breaker_at_once(seconds: float) -> None:
    scene = Scene(Unavailable("turned away", retry_after=seconds))
    with pytest.raises(Unavailable, match="turned away"):
        await scene.ask()
    scene.clock.advance(seconds - 1)

    with pytest.raises(Unavailable, match="left alone for 1 s more") as refused:
        await scene.ask()

    assert (scene.calls, refused.value.retry_after) == (1, 1)
    scene.clock.advance(1)
    assert await scene.ask() == "answer"


async def test_an_outage_costs_fifteen_calls_and_then_one_a_pause() -> None:
    scene = Scene(*[Unavailable("gone")] * 99)
    with capture_logs() as lines:
        for _ in range(50):
            with pytest.raises(Unavailable):
                await scene.ask()

    assert scene.calls == 5 * 3
    assert [line["event"] for line in lines] == ["provider_left_alone"]
    assert scene.guard.tally.outcomes["ticker", "barred"] == 45


async def test_its_return_is_told_once() -> None:
    scene = Scene(Unavailable("away", retry_after=60))
    with pytest.raises(Unavailable):
        await scene.ask()
    scene.clock.advance(60)
    with capture_logs() as lines:
        await scene.ask()
        await scene.ask()

    assert [line["event"] for line in lines] == ["provider_back"]


async def test_an_askers_error_is_an_answer() -> None:
    scene = Scene(*[UnknownSymbol("MOON")] * 9)
    for _ in range(9):
        with pytest.raises(UnknownSymbol):
            await scene.ask()

    assert scene.calls == 9 and scene.guard.breaker.state == "closed"
    assert scene.guard.tally.count("ok") == 9


async def test_no_attempt_begins_after_the_budget() -> None:
    scene = Scene(*[Unavailable("429", retry_after=3.0)] * 9, seconds=5.0)

    with pytest.raises(Unavailable):
        await scene.ask()

    assert scene.calls == 2 and scene.slept == [3.0]


async def test_a_hang_ends_with_the_budget() -> None:
    guard = Guard("fake", FrozenClock(NOON), seconds=0.01)

    with pytest.raises(Unavailable, match="did not answer within 0.01 s"):
        await guard.call("ticker", lambda: asyncio.sleep(3_600))

    assert guard.tally.count("slow") == 1


async def test_a_bug_is_not_the_upstreams_fault() -> None:
    scene = Scene(*[ZeroDivisionError()] * 9)
    for _ in range(9):
        with pytest.raises(ZeroDivisionError):
            await scene.ask()

    assert scene.guard.breaker.state == "closed"


async def test_four_calls_go_at_once_and_a_long_queue_is_refused_at_once() -> None:
    guard, gate, under_way = Guard("fake", FrozenClock(NOON)), asyncio.Event(), 0

    async def upstream() -> None:
        nonlocal under_way
        under_way += 1
        assert under_way <= 4
        await gate.wait()
        under_way -= 1

    calls = [asyncio.create_task(guard.call("ticker", upstream)) for _ in range(68)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert (guard.bulkhead.in_flight, guard.bulkhead.waiting) == (4, 64)
    with pytest.raises(Busy):
        await guard.call("ticker", upstream)
    gate.set()
    await asyncio.gather(*calls)

    assert (guard.bulkhead.in_flight, guard.bulkhead.waiting) == (0, 0)
    assert guard.breaker.state == "closed" and guard.tally.count("busy") == 1


async def test_waiting_for_a_place_in_vain_is_not_held_against_the_upstream() -> None:
    guard, gate = Guard("fake", FrozenClock(NOON), seconds=0.01), asyncio.Event()
    guard.bulkhead = Bulkhead("fake", most=1)
    async with guard.bulkhead.place():
        for _ in range(9):
            with pytest.raises(Busy):
                await guard.call("ticker", gate.wait)

    assert guard.breaker.state == "closed" and guard.bulkhead.waiting == 0


async def test_a_probe_whose_asker_left_does_not_block_the_next_one() -> None:
    scene = Scene(Unavailable("away", retry_after=60))
    with pytest.raises(Unavailable):
        await scene.ask()
    scene.clock.advance(60)
    probe = asyncio.create_task(scene.guard.call("ticker", asyncio.Event().wait))
    await asyncio.sleep(0)
    probe.cancel()
    await asyncio.gather(probe, return_exceptions=True)

    assert await scene.ask() == "answer"


@pytest.mark.parametrize("late", [Unavailable("away"), ZeroDivisionError(), None])
async def test_a_call_from_before_says_nothing_about_a_probe(late: Exception | None) -> None:
    scene = Scene()
    gates = {name: asyncio.Event() for name in ("before", "probe")}

    async def ask(name: str) -> str:
        await gates[name].wait()
        if name == "before" and late is not None:
            raise late
        return name

    before = asyncio.create_task(scene.guard.call("ticker", lambda: ask("before")))
    await asyncio.sleep(0)
    scene.guard.breaker.open_for(6)
    scene.clock.advance(6)
    probe = asyncio.create_task(scene.guard.call("ticker", lambda: ask("probe")))
    await asyncio.sleep(0)
    gates["before"].set()
    await asyncio.gather(before, return_exceptions=True)

    with pytest.raises(Unavailable, match="is left alone"):
        await scene.ask()
    gates["probe"].set()
    assert await probe == "probe" and scene.guard.breaker.state == "closed"


# A provider behind a guard


@pytest.fixture
def guarded() -> tuple[Guarded, FakeProvider]:
    clock = FrozenClock(NOON)
    provider = FakeProvider(clock)
    return Guarded(provider, Guard("fake", clock, sleep=_no_wait)), provider


async def _no_wait(_: float) -> None:
    return None


async def test_a_guarded_provider_says_what_the_provider_says(
    guarded: tuple[Guarded, FakeProvider],
) -> None:
    ours, provider = guarded
    end, start = NOON, NOON - timedelta(hours=3)

    assert (ours.name, ours.quality, ours.as_of_kind, ours.page) == (
        "fake",
        "single",
        "exchange",
        300,
    )
    assert ours.timeframes(BTC) == provider.timeframes(BTC)
    assert (ours.now(BTC), ours.grace(Timeframe.H1), ours.waited) == (NOON, 0.0, 0.0)
    assert await ours.listings() == await provider.listings()
    assert await ours.ticker(BTC) == await provider.ticker(BTC)
    assert await ours.candles(BTC, Timeframe.H1, start, end) == await provider.candles(
        BTC, Timeframe.H1, start, end
    )
    await ours.aclose()


async def test_each_operation_of_a_provider_is_guarded(
    guarded: tuple[Guarded, FakeProvider],
) -> None:
    ours, provider = guarded
    provider.trouble = Unavailable("gone")
    asks: list[Callable[[], Any]] = [
        ours.listings,
        lambda: ours.ticker(BTC),
        lambda: ours.candles(BTC, Timeframe.H1, NOON, NOON),
    ]
    for ask in asks:
        with pytest.raises(Unavailable):
            await ask()

    assert {op for op, _ in ours.guard.tally.outcomes} == {"listings", "ticker", "candles"}
    assert ours.guard.tally.last_error == "gone" and ours.guard.tally.failed_at == NOON
