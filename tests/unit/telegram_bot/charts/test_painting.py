"""Drawing beside the loop: bounded, in time, and without stopping the answers."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from common.errors import Unavailable
from telegram_bot.adapters.painting import ThreadPainter
from telegram_bot.charts.compose import Look
from tests.support.drawn import GERMAN, drawn, equity


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


def test_pillow_is_not_loaded_before_the_first_picture() -> None:
    asked = "import sys, telegram_bot.app; print('PIL' in sys.modules)"

    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "False"
