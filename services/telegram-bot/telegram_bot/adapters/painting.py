"""Draws in a thread of its own, one picture at a time, so that the loop goes on answering.

A thread, not a process: Pillow's long steps let go of the interpreter, so that the loop waits for
some milliseconds at most, and a process would cost 30 MB and a start that takes longer than a
picture. Pillow is loaded with the first picture.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import structlog

from common.errors import Unavailable
from telegram_bot.charts.drawing import Chart, Curve

log = structlog.get_logger(__name__)

SECONDS = 8.0
MOST_WAITING = 16


class ThreadPainter:
    """`Painter` with one thread; `close` lets the picture under way end."""

    def __init__(self, seconds: float = SECONDS, most_waiting: int = MOST_WAITING) -> None:
        self._seconds = seconds
        self._most_waiting = most_waiting
        self._waiting = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="painter")

    async def paint(self, drawing: Chart | Curve) -> bytes:
        """Draw; a picture that nobody waits for any more is not begun."""
        if self._waiting >= self._most_waiting:
            raise Unavailable("too many pictures wait to be drawn", 3.0)
        self._waiting += 1
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._seconds):
                return await loop.run_in_executor(self._thread, partial(_draw, drawing))
        except TimeoutError:
            raise Unavailable("a picture took too long", 3.0) from None
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Begin no more pictures."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def _draw(drawing: Chart | Curve) -> bytes:
    # Read here: Pillow takes memory, and nobody may ever ask for a picture.
    from telegram_bot.charts.curve import render_curve
    from telegram_bot.charts.render import render

    return render(drawing) if isinstance(drawing, Chart) else render_curve(drawing)
