"""Fifty people at once, asking programs in containers as small as the smallest task.

    python -m tests.performance.images

Starts docker-compose.yml with docker-compose.perf.yml: a quarter of a CPU and 512 MB a program.
Goal: everybody is answered, 99 of 100 within five seconds although all ask in the same moment, and
the programs stay within the memory that tests/integration/test_containers.py promises for one chat
and half as much again.
"""

import asyncio
import json
import sys

from local.needs import compose
from local.ports import free_port
from tests.integration.test_compose import ALONE, PLAYGROUND
from tests.support.composed import composed
from tests.support.images import build

PROGRAMS = {"market-data": 90, "telegram-bot": 165, "playground": None}
_MOST_P99_MS = 5_000


async def main() -> int:
    """Print what was measured; 0 when the goal is met."""
    if compose() is None:
        print("NOT RUN: no container engine with compose answers")
        return 0
    build()
    variables = {**PLAYGROUND, "PLAYGROUND_PORT": str(free_port())}
    files = (*ALONE, "docker-compose.perf.yml")
    async with composed(list(PROGRAMS), files, variables, ["playground"]) as stack:
        asked = await asyncio.to_thread(stack, "run", "--rm", "--no-deps", "people")
        print(asked.stdout.strip())
        report = json.loads(asked.stdout.strip().splitlines()[-1])
        good = asked.returncode == 0 and report["p99_ms"] <= _MOST_P99_MS
        for program, most in PROGRAMS.items():
            memory = stack.container(program).memory() / 1_000_000
            print(f"{program}: {memory:.0f} MB, at most {most or 'any'}")
            good = good and (most is None or memory <= most)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
