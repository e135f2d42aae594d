"""`make run`'s parent: it brings everything up, says where, and leaves nothing behind."""

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.support.playground import Playground, playground
from tests.support.processes import alive, children_of

ROOT = Path(__file__).resolve().parents[2]
_COMES_UP_WITHIN = 45.0
_ENDS_WITHIN = 15.0
_LOOK_AGAIN = 0.05


class Run:
    """A parent that was started, what it printed, and its children."""

    def __init__(self, process: asyncio.subprocess.Process, logs: Path) -> None:
        self._process = process
        self._logs = logs
        self.printed = ""

    async def prints(self, wanted: str) -> re.Match[str]:
        """Wait until a text that matches was printed."""
        assert self._process.stdout
        async with asyncio.timeout(_COMES_UP_WITHIN):
            while not (match := re.search(wanted, self.printed)):
                line = await self._process.stdout.readline()
                assert line, f"ended without printing {wanted!r}: {self.printed}"
                self.printed += line.decode()
        return match

    async def page(self) -> str:
        """Return the address that it prints once all is up."""
        match = await self.prints(r"Chat with the bot:  (http://\S+)\n(.*\n)*Prices: .*\n")
        return str(match[1])

    async def ends(self) -> int:
        """Read the rest and return the exit code."""
        assert self._process.stdout
        async with asyncio.timeout(_ENDS_WITHIN):
            self.printed += (await self._process.stdout.read()).decode()
            return await self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def children(self) -> list[int]:
        return children_of(self._process.pid)

    def logs(self) -> str:
        return "".join(path.read_text() for path in self._logs.glob("*.log"))


@asynccontextmanager
async def started(logs: Path, **variables: str) -> AsyncIterator[Run]:
    """Start the parent as `make run` does, with no settings but these."""
    nothing = {"TELEGRAM_BOT_TOKEN": "", "TELEGRAM_API_URL": "", "DATA_DIR": "", "AS_OF": ""}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "local", "run"),
        cwd=ROOT,
        env={**os.environ, **nothing, "PROVIDERS": "simu", "RUN_LOGS": str(logs), **variables},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    run = Run(process, logs)
    try:
        yield run
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(_ENDS_WITHIN):
        while not condition():
            await asyncio.sleep(_LOOK_AGAIN)


async def ask(page: str, text: str) -> str:
    """Type a message on the page's side and return the bot's answer."""
    async with httpx.AsyncClient(base_url=page, timeout=30) as client:
        home = Playground(page, None, None, client)  # type: ignore[arg-type]
        await home.says(text)
        asked = await home.next_event("message", after=0)
        answer = await home.next_event("message", after=asked["seq"])
    return str(answer["message"]["text"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_chat_is_there_until_a_signal_ends_all(
    tmp_path: Path, number: signal.Signals
) -> None:
    async with started(tmp_path) as run:
        page = await run.page()
        children = run.children()

        assert len(children) == 3
        assert "BTC/USD" in await ask(page, "/price BTC")

        run.signal(number)

        assert await run.ends() == 0
        assert not any(alive(pid) for pid in children)


async def test_a_taken_port_gives_way_to_the_next_free_one(tmp_path: Path) -> None:
    with ExitStack() as taken:
        with suppress(OSError):  # or somebody else on this machine has it
            taken.enter_context(socket.create_server(("127.0.0.1", 8080)))
        async with started(tmp_path) as run:
            page = await run.page()

            assert int(page.rpartition(":")[2]) > 8080
            assert "Port 8080 is taken" in run.printed


async def test_the_end_of_one_program_is_told_and_ends_the_others(tmp_path: Path) -> None:
    async with started(tmp_path) as run:
        await run.page()
        children = run.children()

        os.kill(children[-1], signal.SIGKILL)

        assert await run.ends() == 1
        assert "was ended by SIGKILL. It wrote no warning; its log is " in run.printed
        assert not any(alive(pid) for pid in children)


async def test_a_killed_parent_leaves_no_orphan(tmp_path: Path) -> None:
    async with started(tmp_path) as run:
        await run.page()
        children = run.children()

        run.signal(signal.SIGKILL)

        await until(lambda: not any(alive(pid) for pid in children))


async def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    async with started(tmp_path, PROVIDERS="tea-leaves") as run:
        assert await run.ends() == 1
        assert "PROVIDERS" in run.printed
        assert "Traceback" not in run.printed


async def test_a_token_leads_to_the_real_bot(tmp_path: Path) -> None:
    async with playground() as telegram:
        real = {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.address}
        async with started(tmp_path, **real) as run:
            match = await run.prints(r"Chat with @(\w+):  (https://t\.me/\w+)\n(.*\n)*Prices: .*\n")
            await telegram.says("/price BTC")
            asked = await telegram.next_event("message", after=0)
            answer = await telegram.next_event("message", after=asked["seq"], wait=30)

            assert len(run.children()) == 2
            assert match[2] == f"https://t.me/{match[1]}"
            assert "█" in run.printed or "▀" in run.printed  # the QR code
            assert "BTC/USD" in answer["message"]["text"]

            run.signal(signal.SIGINT)

            assert await run.ends() == 0
            assert telegram.token not in run.printed + run.logs()


async def test_a_refused_token_is_told_without_showing_it(tmp_path: Path) -> None:
    wrong = "1234567:" + "A" * 35
    async with playground() as telegram:
        real = {"TELEGRAM_BOT_TOKEN": wrong, "TELEGRAM_API_URL": telegram.address}
        async with started(tmp_path, **real) as run:
            assert await run.ends() == 1

    assert "TELEGRAM_BOT_TOKEN is refused by Telegram" in run.printed
    assert wrong not in run.printed


async def test_what_is_no_token_is_told_before_telegram_is_asked(tmp_path: Path) -> None:
    async with started(tmp_path, TELEGRAM_BOT_TOKEN="my-precious") as run:
        assert await run.ends() == 1

    assert "TELEGRAM_BOT_TOKEN is wrong" in run.printed and "@BotFather" in run.printed
    assert "my-precious" not in run.printed and "Ready" not in run.printed


async def test_telegram_out_of_reach_is_not_called_ready(tmp_path: Path) -> None:
    real = {
        "TELEGRAM_BOT_TOKEN": "1234567:" + "A" * 35,
        "TELEGRAM_API_URL": "http://127.0.0.1:1",
        "PROVIDERS": "simu",
    }
    async with started(tmp_path, **real) as run:
        await run.prints(r"Everything runs but Telegram, which the bot waits for")

        assert "Ready" not in run.printed
