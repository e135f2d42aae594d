"""`python -m local run`: the whole assistant on this machine, as separate processes.

Prints the address of the chat page, or with `TELEGRAM_BOT_TOKEN` the link to the real bot, and
runs until Ctrl-C. If one program ends, its last words are shown and the others end too.
"""

import asyncio
import os
import signal
import subprocess  # nosec B404: a fixed command, no shell
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from dotenv import dotenv_values

from common.errors import Misconfigured, Unavailable
from local import telegram_link
from local.children import Children, last_words
from local.environment import ROOT
from local.plan import Plan, Program, has_token, plan
from local.ports import free_port
from local.readiness import all_ready

FIRST_PAGE_PORT = 8080
READY_WITHIN = 45.0


def main(arguments: Sequence[str]) -> int:
    """Run until a signal (0) or until something fails (1)."""
    if arguments:
        print("python -m local run takes no words; settings come from the environment or .env")
        return 2
    return asyncio.run(_run(settings(os.environ, ROOT / ".env")))


def settings(environment: Mapping[str, str], file: Path) -> dict[str, str]:
    """Return the environment with the file's lines beneath it; no file is an empty one."""
    beneath = dotenv_values(file, interpolate=False)
    return {**{key: value for key, value in beneath.items() if value is not None}, **environment}


def logs_folder(given: Mapping[str, str]) -> Path:
    """Return where logs go: `.run`, or what `RUN_LOGS` names."""
    return Path(given.get("RUN_LOGS") or ROOT / ".run")


async def _run(given: Mapping[str, str]) -> int:
    page_port = free_port(FIRST_PAGE_PORT)
    # A second run beside this one must not share its files.
    folder = logs_folder(given)
    logs = folder if page_port == FIRST_PAGE_PORT else folder / str(page_port)
    what = plan(
        given, market_port=free_port(), page_port=page_port, logs=logs, revision=_revision()
    )
    asked_to_stop = _on_signals()
    children = Children(given, logs, say)
    running = asyncio.create_task(_start(what, given, children))
    stopping = asyncio.create_task(asked_to_stop.wait())
    try:
        await asyncio.wait((running, stopping), return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            running.cancel()
            say("\nEnding every program ...")
            return 0
        for line in running.result():
            say(line)
        return 1
    finally:
        asked_to_stop.clear()
        await _stop(children, asked_to_stop)


async def _start(what: Plan, given: Mapping[str, str], children: Children) -> Sequence[str]:
    """Start everything and stay; return the sentences that tell why it could not go on."""
    began = time.monotonic()
    say(f"Starting {', '.join(program.name for program in what.programs)} ...")
    link = None
    if has_token(given):
        try:
            link = await _link(given)
        except Misconfigured as error:
            return [str(error)]
    # The bot comes last: it asks the others from its first second on.
    first = [program for program in what.programs if program.health]
    last = [program for program in what.programs if not program.health]
    for programs in (first, last):
        if trouble := await _bring_up(programs, children):
            return trouble
    say(greeting(what, link, children.logs, time.monotonic() - began))
    return last_words(await children.died())


async def _bring_up(programs: Sequence[Program], children: Children) -> Sequence[str]:
    """Start programs and wait until they work; return why they do not."""
    for program in programs:
        if program.heartbeat:
            program.heartbeat.unlink(missing_ok=True)
        await children.start(program)
    died = asyncio.create_task(children.died())
    ready = asyncio.create_task(all_ready(programs, READY_WITHIN))
    await asyncio.wait((died, ready), return_when=asyncio.FIRST_COMPLETED)
    died.cancel()
    ready.cancel()
    if died.done():
        return last_words(died.result())
    if late := ready.result():
        return [
            f"{' and '.join(late)} did not come up within {READY_WITHIN:g} s; see {children.logs}."
        ]
    return []


async def _link(given: Mapping[str, str]) -> telegram_link.Link | None:
    api = given.get("TELEGRAM_API_URL") or telegram_link.TELEGRAM
    try:
        return await telegram_link.find(given["TELEGRAM_BOT_TOKEN"], api)
    except Unavailable as error:
        say(f"The bot's link is not known: {error} The bot keeps trying.")
        return None


async def _stop(children: Children, asked_again: asyncio.Event) -> None:
    """End the children; a second Ctrl-C ends them at once."""
    stopping = asyncio.create_task(children.stop())
    impatient = asyncio.create_task(asked_again.wait())
    await asyncio.wait((stopping, impatient), return_when=asyncio.FIRST_COMPLETED)
    if impatient.done():
        children.kill()
    impatient.cancel()
    await stopping


def _on_signals() -> asyncio.Event:
    asked_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, asked_to_stop.set)
    return asked_to_stop


def greeting(what: Plan, link: telegram_link.Link | None, logs: Path, seconds: float) -> str:
    """Write what a person needs to begin."""
    if what.page is None and link is None:
        return f"Everything runs but Telegram, which the bot waits for. Logs: {logs}. Ctrl-C ends."
    lines = [f"Ready after {seconds:.1f} s.", ""]
    if what.page:
        lines += [f"    Chat with the bot:  {what.page}", ""]
        if not what.page.endswith(f":{FIRST_PAGE_PORT}"):
            lines += [f"Port {FIRST_PAGE_PORT} is taken, so the page is on the next free one."]
    elif link:
        lines += [link.qr_code(), f"    Chat with @{link.username}:  {link.address}", ""]
    lines += [f"Prices: {what.providers}. Logs: {logs}. Ctrl-C ends everything."]
    return "\n".join(lines)


def _revision() -> str:
    """Return the commit that is checked out; `unknown` outside of git."""
    try:
        said = subprocess.run(  # nosec B603 B607: a fixed command
            ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, timeout=5
        )
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    return said.stdout.strip() or "unknown"


def say(text: str) -> None:
    """Print for the person, at once."""
    print(text, flush=True)
