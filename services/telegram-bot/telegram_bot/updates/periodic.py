"""What comes round regularly: done by the holder of the lease, each job on its own."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from common.errors import CryptoAssistantError
from telegram_bot.turns import Turn
from telegram_bot.updates.polling import until

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do every `seconds`; the first time that long after the turn begins."""

    name: str
    seconds: float
    work: Callable[[Turn], Awaitable[object]]


async def run_jobs(
    turn: Turn, jobs: Sequence[Job], monotonic: Callable[[], float] = time.monotonic
) -> None:
    """Do each job when it is due, until the turn is over. One that takes long delays no other."""
    async with asyncio.TaskGroup() as rounds:
        for job in jobs:
            rounds.create_task(_repeat(turn, job, monotonic))
        await turn.over.wait()


async def _repeat(turn: Turn, job: Job, monotonic: Callable[[], float]) -> None:
    """Do one job again and again; where it fails, it is tried when next due."""
    due = monotonic() + job.seconds
    while True:
        await until(turn.over, asyncio.sleep(max(0.0, due - monotonic())))
        if turn.over.is_set():
            return
        due = monotonic() + job.seconds
        try:
            await job.work(turn)
        except CryptoAssistantError as error:  # foreseen, such as a market that does not answer
            log.warning("a regular job has to wait", job=job.name, reason=str(error))
        except Exception:
            log.exception("a regular job failed", job=job.name)
