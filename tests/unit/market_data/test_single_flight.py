"""One call for everybody who asks the same thing at the same time."""

import asyncio

import pytest

from common.errors import Unavailable
from market_data.resilience.single_flight import SingleFlight


class Upstream:
    def __init__(self) -> None:
        self.calls = 0
        self.gate = asyncio.Event()
        self.trouble: Exception | None = None

    async def __call__(self) -> int:
        self.calls += 1
        await self.gate.wait()
        if self.trouble:
            raise self.trouble
        return self.calls


async def test_a_hundred_askers_share_one_call() -> None:
    flight, upstream = SingleFlight[int](), Upstream()
    asking = [asyncio.create_task(flight.run("BTC", upstream)) for _ in range(100)]
    await asyncio.sleep(0)
    upstream.gate.set()

    assert await asyncio.gather(*asking) == [1] * 100
    assert (upstream.calls, flight.shared) == (1, 99)


async def test_another_key_and_a_later_question_are_calls_of_their_own() -> None:
    flight, upstream = SingleFlight[int](), Upstream()
    upstream.gate.set()

    assert await flight.run("BTC", upstream) == 1
    both = await asyncio.gather(flight.run("BTC", upstream), flight.run("ETH", upstream))

    assert list(both) == [2, 3]


async def test_giving_up_cancels_nobody_else() -> None:
    flight, upstream = SingleFlight[int](), Upstream()
    first, second = (asyncio.create_task(flight.run("BTC", upstream)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    upstream.gate.set()

    assert await second == 1
    assert first.cancelled() and upstream.calls == 1


async def test_everybody_gets_the_exception() -> None:
    flight, upstream = SingleFlight[int](), Upstream()
    upstream.trouble = Unavailable("gone")
    asking = [asyncio.create_task(flight.run("BTC", upstream)) for _ in range(3)]
    await asyncio.sleep(0)
    upstream.gate.set()

    outcomes = await asyncio.gather(*asking, return_exceptions=True)

    assert [str(outcome) for outcome in outcomes] == ["gone"] * 3


async def test_closing_ends_what_is_under_way() -> None:
    flight, upstream = SingleFlight[int](), Upstream()
    asking = asyncio.create_task(flight.run("BTC", upstream))
    await asyncio.sleep(0)

    await flight.aclose()

    with pytest.raises(asyncio.CancelledError):
        await asking
