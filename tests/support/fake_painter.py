"""A painter that draws nothing, and an album that a test fills."""

from telegram_bot.charts.drawing import Chart, Curve
from tests.support.png import png


class FakePainter:
    """Answers one small picture for all.

    Attributes:
        painted: What it was asked to draw.
        known: What Telegram calls pictures, by the names of what they show.
    """

    def __init__(self) -> None:
        self.painted: list[Chart | Curve] = []
        self.known: dict[str, str] = {}

    async def paint(self, drawing: Chart | Curve) -> bytes:
        self.painted.append(drawing)
        return png(64, 36)

    async def picture(self, shown: str) -> str | None:
        return self.known.get(shown)
