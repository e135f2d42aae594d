"""Who draws: asked by commands, done away from the loop that answers."""

from typing import Protocol

from common.errors import Unavailable
from telegram_bot.charts.drawing import Chart, Curve


class Painter(Protocol):
    """Turns what a picture shows into a PNG."""

    async def paint(self, drawing: Chart | Curve) -> bytes:
        """Return the bytes of a PNG, 1280 x 720.

        Raises:
            Unavailable: If too many wait, or it takes too long.
        """
        ...


class NoPainter:
    """Where nothing can be drawn."""

    async def paint(self, drawing: Chart | Curve) -> bytes:
        raise Unavailable("nobody draws here")
