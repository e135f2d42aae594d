"""A painter that draws nothing, an album that a test fills, and progress that is noted down."""

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


class FakeProgress:
    """Notes what is told.

    Attributes:
        told: Numbers of messages, from 1, and their texts.
    """

    def __init__(self) -> None:
        self.told: list[tuple[int, str]] = []

    async def begin(self, chat: int, text: str) -> int | None:
        number = len({number for number, _ in self.told}) + 1
        await self.tell(chat, number, text)
        return number

    async def tell(self, chat: int, message: int, text: str) -> None:
        self.told.append((message, text))
