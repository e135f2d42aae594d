"""Taking turns with the lease, and what is done in a turn."""

import asyncio

import pytest

from common.errors import Unavailable
from telegram_bot.turns import Turn
from telegram_bot.updates.lease import Turns
from telegram_bot.updates.periodic import Job, run_jobs
from tests.support.logged import logged


class FakeLease:
    """A lease that a test gives and takes away."""

    seconds = 0.2

    def __init__(self) -> None:
        self.free = True
        self.asked_for = False
        self.trouble: Exception | None = None
        self.silent = False
        self.released: list[int] = []
        self.epoch = 0

    async def take(self) -> int | None:
        await self._meet_trouble()
        if not self.free:
            return None
        self.epoch += 1
        return self.epoch

    async def renew(self, epoch: int) -> bool:
        await self._meet_trouble()
        return epoch == self.epoch

    async def wanted(self, epoch: int) -> bool:
        await self._meet_trouble()
        return self.asked_for or epoch != self.epoch

    async def release(self, epoch: int) -> None:
        await self._meet_trouble()
        self.released.append(epoch)

    async def _meet_trouble(self) -> None:
        if self.silent:
            await asyncio.Event().wait()
        if self.trouble is not None:
            raise self.trouble


class Holder:
    """One who takes turns, in a task."""

    def __init__(self, lease: FakeLease) -> None:
        self.stop = asyncio.Event()
        self.turns: list[Turn] = []
        self.looks = 0
        self.taking = Turns(lease, look_every=0.005, waiting=self._look)
        self.running = asyncio.create_task(self.taking.run(self.stop, self._work))

    def _look(self) -> None:
        self.looks += 1

    async def _work(self, turn: Turn) -> None:
        self.turns.append(turn)
        await turn.over.wait()

    async def until(self, turns: int) -> None:
        async with asyncio.timeout(5):
            while len(self.turns) < turns:
                await asyncio.sleep(0.001)

    async def end(self) -> None:
        self.stop.set()
        await asyncio.wait_for(self.running, 5)


async def test_a_free_lease_is_taken_and_given_up_at_the_end() -> None:
    lease = FakeLease()
    holder = Holder(lease)
    await holder.until(1)
    held = holder.taking.holding
    await holder.end()

    assert (held, holder.taking.holding, lease.released) == (True, False, [1])
    assert not holder.turns[0].lost


async def test_another_s_lease_is_waited_for() -> None:
    lease = FakeLease()
    lease.free = False
    holder = Holder(lease)
    while holder.looks < 3:
        await asyncio.sleep(0.001)
    lease.free = True
    await holder.until(1)
    await holder.end()

    assert len(holder.turns) == 1


async def test_a_turn_ends_when_somebody_is_to_take_over() -> None:
    lease = FakeLease()
    holder = Holder(lease)
    await holder.until(1)
    lease.free, lease.asked_for = False, True
    await asyncio.wait_for(holder.turns[0].over.wait(), 5)
    await holder.end()

    assert lease.released == [1] and not holder.turns[0].lost


async def test_a_lost_lease_ends_the_turn_and_is_not_released() -> None:
    lease = FakeLease()
    holder = Holder(lease)
    await holder.until(1)
    lease.free, lease.epoch = False, 9
    await asyncio.wait_for(holder.turns[0].over.wait(), 5)
    await asyncio.sleep(0.2)
    await holder.end()

    assert 1 not in lease.released or not holder.turns[0].lost


async def test_a_lease_that_cannot_be_renewed_in_time_counts_as_lost() -> None:
    lease = FakeLease()
    with logged("INFO") as written:
        holder = Holder(lease)
        await holder.until(1)
        lease.trouble = OSError("the database is away")
        await asyncio.wait_for(holder.turns[0].over.wait(), 5)
        await asyncio.sleep(0.02)
        await holder.end()

    assert holder.turns[0].lost and lease.released == []
    assert "the lease cannot be renewed" in written.events
    assert "the lease cannot be asked for" in written.events


async def test_a_lease_is_lost_in_time_though_the_database_says_nothing_at_all() -> None:
    """Else the holder goes on for minutes beside the next one, and both take updates."""
    lease = FakeLease()
    holder = Holder(lease)
    await holder.until(1)
    lease.silent = True
    await asyncio.wait_for(holder.turns[0].over.wait(), 20)
    lease.silent = False
    await holder.end()

    assert holder.turns[0].lost and lease.released == []


async def test_a_stop_is_heard_though_the_database_says_nothing_at_all() -> None:
    lease = FakeLease()
    lease.seconds = 20.0
    holder = Holder(lease)
    await holder.until(1)
    lease.silent = True
    await asyncio.sleep(0.02)
    holder.stop.set()
    await asyncio.wait_for(holder.turns[0].over.wait(), 10)
    holder.running.cancel()  # it would try for twenty seconds to give the lease up
    await asyncio.gather(holder.running, return_exceptions=True)

    assert not holder.turns[0].lost


async def test_a_job_that_takes_long_delays_no_other() -> None:
    turn = Turn(1)

    async def long(_: Turn) -> None:
        await turn.over.wait()

    async def short(_: Turn) -> None:
        turn.over.set()

    jobs = [Job("long", 0.0, long), Job("short", 0.001, short)]
    await asyncio.wait_for(run_jobs(turn, jobs), 20)


async def test_jobs_come_round_and_one_that_fails_stops_no_other() -> None:
    turn = Turn(1)
    done: list[str] = []

    async def often(_: Turn) -> None:
        done.append("often")
        if len(done) >= 5:
            turn.over.set()

    async def broken(_: Turn) -> None:
        done.append("broken")
        raise ZeroDivisionError

    with logged("INFO") as written:
        jobs = [Job("often", 0.002, often), Job("broken", 0.003, broken)]
        await asyncio.wait_for(run_jobs(turn, jobs), 5)

    assert {"often", "broken"} == set(done)
    assert set(written.events) == {"a regular job failed"}


async def test_a_job_that_meets_a_silent_market_is_told_of_in_one_line() -> None:
    turn = Turn(1)

    async def silent(_: Turn) -> None:
        turn.over.set()
        raise Unavailable("market-data does not answer")

    with logged("INFO") as written:
        await asyncio.wait_for(run_jobs(turn, [Job("paper", 0.001, silent)]), 5)

    assert written.events == ["a regular job has to wait"]


@pytest.mark.parametrize("jobs", [[], [Job("rare", 3_600, lambda turn: asyncio.sleep(0))]])
async def test_a_turn_that_is_over_does_no_more(jobs: list[Job]) -> None:
    turn = Turn(1)
    running = asyncio.create_task(run_jobs(turn, jobs))
    await asyncio.sleep(0.01)
    turn.over.set()

    await asyncio.wait_for(running, 5)
