"""Lines over bars: overlays, the panel below, and curves."""

from collections.abc import Callable, Iterator, Sequence

from telegram_bot.charts.canvas import Canvas, Point
from telegram_bot.charts.drawing import Line
from telegram_bot.charts.scale import Scale
from telegram_bot.charts.theme import Colour


def draw_line(
    canvas: Canvas,
    line: Line,
    scale: Scale,
    place: Callable[[int], float],
    colour: Colour,
    width: float = 3,
) -> None:
    """Draw a line, broken where it has no value; a value alone is a short dash."""
    for points in stretches(line.values, scale, place):
        if len(points) == 1:
            x, y = points[0]
            points = [(x - 3, y), (x + 3, y)]
        canvas.line(points, colour, width)


def stretches(
    values: Sequence[float | None], scale: Scale, place: Callable[[int], float]
) -> Iterator[list[Point]]:
    """Yield the points of each unbroken stretch."""
    points: list[Point] = []
    for number, value in enumerate(values):
        if value is not None:
            points.append((place(number), scale.pixel(value)))
        elif points:
            yield points
            points = []
    if points:
        yield points


def known(line: Line) -> list[float]:
    """Return the values that there are."""
    return [value for value in line.values if value is not None]
