"""Processes under one parent, with small programs as children."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from local.children import Children, last_words, open_to
from local.plan import Program
from tests.support.processes import alive

_SOON = 10.0
_LOOK_AGAIN = 0.02

PATIENT = """
import time
print("started", flush=True)
time.sleep(60)
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("started", flush=True)
time.sleep(60)
"""
TALKATIVE = """
import os, sys, time
print('{"level": "info", "event": "all is well"}')
print('{"level": "warning", "event": "coinbase is slow", "token": "' + os.environ["A_TOKEN"] + '"}')
print("x" * 2_000_000)
print("not json", file=sys.stderr, flush=True)
sys.exit(3)
"""


def with_path(folder: Path) -> dict[str, str]:
    """Return this environment with `folder` among what Python searches."""
    searched = filter(None, [str(folder), os.environ.get("PYTHONPATH")])
    return {**os.environ, "PYTHONPATH": os.pathsep.join(searched)}


class Family:
    """Children made of programs written on the spot, and what the terminal would show."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shown: list[str] = []
        self.environment = {**with_path(folder), "A_TOKEN": "very-secret"}
        self.children = Children(self.environment, folder / "logs", self.shown.append)

    async def start(self, name: str, text: str) -> int:
        (self.folder / f"{name}.py").write_text(text)
        child = await self.children.start(Program(name, name, keeps_secrets=True))
        return child.process.pid

    def log(self, name: str) -> str:
        path = self.folder / "logs" / f"{name}.log"
        return path.read_text() if path.exists() else ""

    async def started(self, name: str) -> None:
        await until(lambda: "started" in self.log(name))


@pytest.fixture
async def family(tmp_path: Path) -> AsyncIterator[Family]:
    made = Family(tmp_path)
    yield made
    made.children.kill()
    await made.children.stop()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(_SOON):
        while not condition():
            await asyncio.sleep(_LOOK_AGAIN)


async def test_ends_every_child_when_asked(family: Family) -> None:
    pids = [await family.start("one", PATIENT), await family.start("two", PATIENT)]
    await family.started("one")
    await family.started("two")

    await family.children.stop()

    assert not any(alive(pid) for pid in pids)


async def test_a_child_that_will_not_listen_is_ended_by_force(family: Family) -> None:
    family.children = Children(
        family.environment,
        family.folder / "logs",
        family.shown.append,
        stops_within=0.2,
    )
    pid = await family.start("stubborn", STUBBORN)
    await family.started("stubborn")

    await family.children.stop()

    assert not alive(pid)


async def test_the_death_of_a_child_is_told_with_its_last_lines(family: Family) -> None:
    await family.start("patient", PATIENT)
    await family.start("talkative", TALKATIVE)

    async with asyncio.timeout(_SOON):
        words = last_words(await family.children.died())

    assert words[0].startswith("talkative ended (3). What it said of it, in "), words
    assert "  not json" in words
    assert not any("all is well" in line for line in words)


async def test_warnings_reach_the_terminal_and_secrets_reach_nothing(family: Family) -> None:
    await family.start("talkative", TALKATIVE)
    async with asyncio.timeout(_SOON):
        await family.children.died()

    assert family.shown == ["talkative: warning: coinbase is slow token=[hidden]"]
    assert "very-secret" not in family.log("talkative")
    assert "all is well" in family.log("talkative")
    assert "a line of more than 1048576 bytes was left out" in family.log("talkative")


def test_only_the_bot_gets_tokens_and_keys() -> None:
    given = {"PATH": "/bin", "TELEGRAM_BOT_TOKEN": "1:a", "A_KEY": "k", "DATABASE_URL": "postgres"}

    assert open_to(Program("market-data", "market_data"), given) == {"PATH": "/bin"}
    assert open_to(Program("bot", "telegram_bot", keeps_secrets=True), given) == given


async def test_no_child_outlives_a_parent_that_was_killed(tmp_path: Path) -> None:
    (tmp_path / "patient.py").write_text(PATIENT)
    parent = f"""
import asyncio, os
from pathlib import Path
from local.children import Children
from local.plan import Program

async def main():
    children = Children(dict(os.environ), Path({str(tmp_path / "logs")!r}), print)
    child = await children.start(Program("patient", "patient"))
    print(child.process.pid, flush=True)
    await children.died()

asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        parent,
        stdout=asyncio.subprocess.PIPE,
        env=with_path(tmp_path),
    )
    assert process.stdout
    child = int(await process.stdout.readline())
    log = tmp_path / "logs" / "patient.log"
    await until(lambda: log.exists() and "started" in log.read_text())

    process.send_signal(signal.SIGKILL)
    await process.wait()

    await until(lambda: not alive(child))
