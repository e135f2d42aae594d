"""P13: how long the bot keeps its event loop from people while it draws charts.

make prove PROOFS=chart_lag

People ask for prices and charts without a pause; every chart is another one, so each is drawn. A
probe asks for its turn every millisecond. The time that it waits, as far as the process itself used
it (another program's turn on the core is not ours), must stay within 20 ms. Beside it stands the
same without charts: what answers alone do to the loop.
"""

import asyncio
import itertools
import logging
import sys
import time

import structlog

from common.garbage import keep_what_is_there
from telegram_bot.adapters.painting import ThreadPainter
from telegram_bot.ports import Speaker
from tests.support.talk import Talk

GOAL_MS = 20.0
PICTURES = 80
LOOKS = ("", "st", "dark", "ema20 dark", "atr", "line")


class Probe:
    """Looks at how late its turn comes, in milliseconds of the whole process."""

    def __init__(self) -> None:
        self.late: list[float] = []

    async def run(self) -> None:
        while True:
            wall, cpu = time.perf_counter(), time.process_time()
            await asyncio.sleep(0.001)
            passed = time.perf_counter() - wall - 0.001
            self.late.append(min(passed, time.process_time() - cpu) * 1e3)


def _somebody(number: int) -> Speaker:
    """Return another person each time: nobody may ask so often."""
    return Speaker(chat=number, user=number, private=True)


async def _asks(talk: Talk, answers: list[float]) -> None:
    for number in itertools.count():
        began = time.perf_counter()
        await talk.say("/price BTC ETH SOL", _somebody(100_000 + number))
        answers.append((time.perf_counter() - began) * 1e3)
        await asyncio.sleep(0.002)


async def measured(pictures: int) -> tuple[list[float], list[float]]:
    """Return how late turns came, and how long answers took, in milliseconds."""
    painter, probe = ThreadPainter(), Probe()
    talk = Talk(painter=painter)
    answers: list[float] = []
    await talk.say("/chart BTC 4h")  # loads what draws
    keep_what_is_there()  # as the program does when it starts
    works = [asyncio.create_task(probe.run()), asyncio.create_task(_asks(talk, answers))]
    for number in range(pictures):
        look = LOOKS[number % len(LOOKS)]
        await talk.say(f"/chart BTC 4h {100 + number} {look}", _somebody(number + 1))
    if not pictures:
        await asyncio.sleep(3)
    for work in works:
        work.cancel()
    painter.close()
    return sorted(probe.late), sorted(answers)


def main() -> int:
    """Return 0 when the goal is met."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    for what, pictures in (("answers alone", 0), (f"beside {PICTURES} charts", PICTURES)):
        late, answers = asyncio.run(measured(pictures))
        p95 = late[int(0.95 * len(late))]
        print(f"{what:17} turns late p95 {p95:5.1f}, at most {late[-1]:5.1f} ms;", end=" ")
        print(f"/price p95 {answers[int(0.95 * len(answers))]:5.1f} ms of {len(answers)}")
    met = late[-1] <= GOAL_MS
    print(f"{'ok  ' if met else 'FAIL'} {late[-1] / GOAL_MS:.2f} of the goal (P13: 20 ms)")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
