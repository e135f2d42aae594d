"""The words above a picture, and the axes that all pictures share."""

from collections.abc import Sequence

from telegram_bot.charts.canvas import Canvas, width_of
from telegram_bot.charts.drawing import Words, Write
from telegram_bot.charts.layout import AXIS, FACTS, HEIGHT, LEFT, TAG, TITLE, WIDTH, Box
from telegram_bot.charts.scale import Scale, round_values
from telegram_bot.charts.theme import Colour, Theme

_AIR = 12


def draw_header(canvas: Canvas, words: Words, colours: Theme) -> None:
    """Name the market, the source and, on a bright ground, what is not a market price."""
    canvas.text(LEFT, 32, words.title, TITLE, colours.text)
    canvas.text(LEFT, 74, words.facts, FACTS, colours.muted)
    if words.warning:
        wide = width_of(words.warning, FACTS) + 2 * _AIR
        canvas.rounded(WIDTH - wide - LEFT, 12, WIDTH - LEFT, 52, colours.warning)
        middle = WIDTH - LEFT - wide / 2
        canvas.text(middle, 31, words.warning, FACTS, colours.on_warning, to="m")


def draw_values(
    canvas: Canvas,
    box: Box,
    scale: Scale,
    write: Write,
    colours: Theme,
    most: int,
    taken: Sequence[float] = (),
) -> None:
    """Draw a grid line and a word at round values, but no word where a tag covers it."""
    values, step = round_values(scale.low, scale.high, most)
    for value in values:
        y = scale.pixel(float(value))
        canvas.box(box.left, round(y), box.right, round(y) + 1, colours.grid)
        inside = box.top + 8 < y < box.bottom - 4
        if inside and all(abs(y - other) > TAG for other in taken):
            canvas.text(box.right + _AIR, y, write(value, step), AXIS, colours.muted)


def draw_moments(
    canvas: Canvas, marks: Sequence[tuple[float, str]], boxes: Sequence[Box], colours: Theme
) -> None:
    """Draw a grid line through the panels at each mark, and its word below."""
    right = boxes[0].right
    for x, word in marks:
        for box in boxes:
            canvas.box(round(x), box.top, round(x) + 1, box.bottom, colours.grid)
        half = width_of(word, AXIS) / 2
        if LEFT <= x - half and x + half <= right + 60:
            canvas.text(x, HEIGHT - 22, word, AXIS, colours.muted, to="m")


def draw_tag(
    canvas: Canvas, box: Box, y: float, word: str, ground: Colour, letters: Colour
) -> None:
    """Write a value on a ground of its own, at the right of a panel."""
    canvas.rounded(box.right + 2, y - 18, WIDTH - 4, y + 18, ground)
    canvas.text(box.right + _AIR, y - 1, word, TAG, letters)


def axis_width(words: Sequence[str]) -> float:
    """Return how many points the widest value at the right needs."""
    return max((width_of(word, TAG) for word in words), default=60) + 2 * _AIR
