"""Drawing beside the loop: bounded, in time, and without stopping the answers."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from common.errors import Unavailable
from telegram_bot.adapters.painting import ThreadPainter
from telegram_bot.charts.compose import Look
from tests.support.drawn import GERMAN, drawn, equity

ROOT = Path(__file__).resolve().parents[4]
HEAVY = {"numpy", "pandas", "matplotlib", "polars", "scipy", "rich"}


@contextmanager
def painter(**limits: float) -> Iterator[ThreadPainter]:
    made = ThreadPainter(**limits)  # type: ignore[arg-type]  # most_waiting is whole
    try:
        yield made
    finally:
        made.close()


async def test_charts_and_curves_are_drawn() -> None:
    with painter() as thread:
        pictures = await asyncio.gather(
            thread.paint(drawn(Look(60), GERMAN)), thread.paint(equity())
        )

    assert all(picture.startswith(b"\x89PNG") for picture in pictures)


async def test_a_picture_that_takes_too_long_and_one_too_many_are_refused() -> None:
    with painter(seconds=0.02, most_waiting=1) as thread:
        go_on = threading.Event()
        thread._thread.submit(go_on.wait)  # the thread is busy with another picture
        first = asyncio.create_task(thread.paint(equity()))
        await asyncio.sleep(0)

        with pytest.raises(Unavailable, match="too many"):
            await thread.paint(equity())
        with pytest.raises(Unavailable, match="too long"):
            await first
        go_on.set()


def test_nothing_heavy_is_loaded_before_the_first_picture_and_pillow_alone_by_it() -> None:
    heavy = {"PIL", *HEAVY} - {"rich"}  # which our tools bring, and structlog looks for
    asked = (
        "import sys, telegram_bot.app\n"
        f"heavy = {heavy!r}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
        "import telegram_bot.charts.render\n"
        "print(sorted(heavy & set(sys.modules)))"
    )

    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert said.stdout.splitlines() == ["[]", "['PIL']"]


def test_nothing_heavy_is_installed_with_the_bot() -> None:
    needs = (ROOT / "requirements" / "telegram-bot.txt").read_text(encoding="utf-8")

    assert not {line.partition("=")[0] for line in needs.splitlines()} & HEAVY
