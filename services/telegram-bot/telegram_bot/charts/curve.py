"""An equity curve: what an account was worth over time, and beside it what holding was."""

from decimal import Decimal

from telegram_bot.charts.canvas import Canvas, width_of
from telegram_bot.charts.drawing import Curve
from telegram_bot.charts.header import axis_width, draw_header, draw_moments, draw_values
from telegram_bot.charts.layout import FACTS, HEADER, LEFT, curve_box
from telegram_bot.charts.lines import draw_line, known, stretches
from telegram_bot.charts.scale import around, step_of
from telegram_bot.charts.theme import theme
from telegram_bot.charts.time_axis import moments

_APART = 140
_VALUES = 6


def render_curve(curve: Curve) -> bytes:
    """Return the PNG of a curve, 1280 x 720.

    Raises:
        ValueError: If it has fewer than two points.
    """
    if len(curve.at) < 2:
        raise ValueError("a curve needs at least two points")
    colours = theme(curve.dark)
    values = [value for line in curve.lines for value in known(line)]
    box = curve_box(axis_width(_widest(curve, values)))
    scale = around(values, box.top, box.bottom)
    canvas = Canvas(colours.ground)
    draw_header(canvas, curve.words, colours)

    start, seconds = curve.at[0], (curve.at[-1] - curve.at[0]).total_seconds() or 1.0

    def place(number: int) -> float:
        return box.left + (curve.at[number] - start).total_seconds() / seconds * box.width

    first = curve.lines[0]
    for points in stretches(first.values, scale, place):
        ends = [(points[-1][0], box.bottom), (points[0][0], box.bottom)]
        canvas.area([*points, *ends], colours.fill)
    marks = moments(curve.at, curve.zone, curve.words.months, _APART, place)
    draw_moments(canvas, [(place(number), word) for number, word in marks], [box], colours)
    draw_values(canvas, box, scale, curve.write, colours, _VALUES)
    for line in reversed(curve.lines):
        draw_line(canvas, line, scale, place, colours.lines[line.role], 4)
    x = LEFT + 4.0
    for line, mark in zip(curve.lines, curve.marks):
        canvas.text(x, HEADER + 18, mark, FACTS, colours.lines[line.role])
        x += width_of(mark, FACTS) + 36
    return canvas.png()


def _widest(curve: Curve, values: list[float]) -> list[str]:
    step = step_of(min(values), max(values), _VALUES)
    return [
        curve.write(Decimal(round(value / float(step))) * step, step)
        for value in (min(values), max(values))
    ]
