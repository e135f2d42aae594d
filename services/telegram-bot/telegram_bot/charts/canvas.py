"""A sheet to draw on: twice as large as the picture, so that bringing it down smooths every edge.

The one module that touches Pillow. Its built-in font (Aileron, CC0) knows ASCII and little more;
what it lacks is written in other letters.
"""

import io
from collections.abc import Sequence
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from telegram_bot.charts.layout import HEIGHT, WIDTH
from telegram_bot.charts.theme import Colour

_TWICE = 2
_COLOURS = 64
_OTHER_LETTERS = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "Ä": "Ae",
        "Ö": "Oe",
        "Ü": "Ue",
        "ß": "ss",
        "−": "-",
        "–": "-",
        "—": "-",
        "×": "x",
        "≈": "~",
        "\u00a0": " ",
        "\u202f": " ",
    }
)

Point = tuple[float, float]


@lru_cache(maxsize=16)
def _font(size: int) -> "ImageFont.FreeTypeFont":
    font = ImageFont.load_default(size * _TWICE)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise RuntimeError("Pillow was built without FreeType, so that charts have no letters")
    return font


def drawable(text: str) -> str:
    """Return `text` in letters that the font has; what nobody knows becomes a question mark.

    >>> drawable("für 5 € − x")
    'fuer 5 ? - x'
    """
    plain = text.translate(_OTHER_LETTERS)
    return "".join(letter if letter.isascii() or letter in "·…" else "?" for letter in plain)


def width_of(text: str, size: int) -> float:
    """Return how wide `text` is, in points."""
    return _font(size).getlength(drawable(text)) / _TWICE


class Canvas:
    """Draws in points from the upper left; `png` ends it."""

    def __init__(self, ground: Colour) -> None:
        self._image = Image.new("RGB", (WIDTH * _TWICE, HEIGHT * _TWICE), ground)
        self._draw = ImageDraw.Draw(self._image)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """Fill a rectangle; it is at least one pixel of the sheet wide and high."""
        x, y = round(left * _TWICE), round(top * _TWICE)
        to_x = max(x, round(right * _TWICE) - 1)
        to_y = max(y, round(bottom * _TWICE) - 1)
        self._draw.rectangle((x, y, to_x, to_y), fill=colour)

    def rounded(self, left: float, top: float, right: float, bottom: float, fill: Colour) -> None:
        """Fill a rectangle with round corners."""
        sheet = tuple(round(value * _TWICE) for value in (left, top, right, bottom))
        self._draw.rounded_rectangle(sheet, radius=7 * _TWICE, fill=fill)

    def line(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        """Draw through the points."""
        if len(points) > 1:
            sheet = [(x * _TWICE, y * _TWICE) for x, y in points]
            self._draw.line(sheet, fill=colour, width=round(width * _TWICE), joint="curve")

    def area(self, points: Sequence[Point], colour: Colour) -> None:
        """Fill what the points go around."""
        self._draw.polygon([(x * _TWICE, y * _TWICE) for x, y in points], fill=colour)

    def dashes(self, left: float, right: float, y: float, colour: Colour) -> None:
        """Draw a level broken line."""
        x = left
        while x < right:
            self.box(x, y - 1, min(x + 10, right), y + 1, colour)
            x += 18

    def text(self, x: float, y: float, text: str, size: int, colour: Colour, to: str = "l") -> None:
        """Write, `y` being the middle of the letters; `to` l, m or r: where `x` is in the text."""
        place = (x * _TWICE, y * _TWICE)
        self._draw.text(place, drawable(text), font=_font(size), fill=colour, anchor=f"{to}m")

    def png(self) -> bytes:
        """Return the picture: 64 colours are as good as all of them here, at half the size."""
        small = self._image.reduce(_TWICE)
        few = small.quantize(_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        file = io.BytesIO()
        few.save(file, "PNG", compress_level=6)
        return file.getvalue()
