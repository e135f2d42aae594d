"""Put a chart together: from what it shows to the bytes of a PNG."""

from decimal import Decimal

from telegram_bot.charts.candles import draw_candles, draw_volume
from telegram_bot.charts.canvas import Canvas, width_of
from telegram_bot.charts.drawing import Chart, Line
from telegram_bot.charts.header import (
    axis_width,
    draw_header,
    draw_moments,
    draw_tag,
    draw_values,
)
from telegram_bot.charts.layout import FACTS, Box, Layout, chart_layout
from telegram_bot.charts.lines import draw_line, known
from telegram_bot.charts.scale import Scale, around, from_zero, step_of
from telegram_bot.charts.theme import Colour, Theme, theme
from telegram_bot.charts.time_axis import moments

_APART = 132  # points between the words of the time axis
_PRICES = 7  # round prices at most
_NAMES = 24  # points kept for the names of what lies over the candles


def render(chart: Chart) -> bytes:
    """Return the PNG of a chart, 1280 x 720.

    Raises:
        ValueError: If it has no bars.
    """
    if not chart.bars.close:
        raise ValueError("a chart needs at least one bar")
    colours = theme(chart.dark)
    prices = _prices(chart)
    low, high = min(prices), max(prices)
    step = step_of(low, high, _PRICES)
    words = [chart.write(_near(value, step), step) for value in (low, high)]
    words += [chart.price[1]] if chart.price else []
    words += [chart.panel[1]] if chart.panel else []
    layout = chart_layout(len(chart.bars.close), axis_width(words), chart.panel is not None)
    canvas = Canvas(colours.ground)
    draw_header(canvas, chart.words, colours)
    _draw_moments(canvas, chart, layout, colours)
    _draw_price(canvas, chart, layout, prices, colours)
    draw_volume(canvas, chart.bars, layout, colours)
    _draw_names(canvas, [(chart.volume, colours.muted)], layout.volume, colours)
    if chart.panel is not None and layout.panel is not None:
        _draw_panel(canvas, chart.panel, layout, layout.panel, colours)
    return canvas.png()


def _prices(chart: Chart) -> list[float]:
    bars = chart.bars
    shown = [*bars.close] if chart.style == "line" else [*bars.high, *bars.low]
    shown += [chart.price[0]] if chart.price else []
    middle = sum(bars.close) / len(bars.close)
    # A band far from the market must not press the candles flat.
    reach = max(max(shown) - min(shown), middle * 0.001)
    low, high = min(shown) - reach / 2, max(shown) + reach / 2
    return shown + [value for line in chart.overlays for value in known(line) if low < value < high]


def _near(value: float, step: Decimal) -> Decimal:
    return Decimal(round(value / float(step))) * step


def _draw_moments(canvas: Canvas, chart: Chart, layout: Layout, colours: Theme) -> None:
    marks = moments(chart.bars.opened_at, chart.zone, chart.words.months, _APART, layout.middle)
    boxes = [box for box in (layout.price, layout.volume, layout.panel) if box is not None]
    places = [(layout.middle(number), word) for number, word in marks]
    draw_moments(canvas, places, boxes, colours)


def _draw_price(
    canvas: Canvas, chart: Chart, layout: Layout, prices: list[float], colours: Theme
) -> None:
    box = layout.price
    named = {line.name: colours.lines[line.role] for line in chart.overlays if line.name}
    scale = around(prices, box.top + (_NAMES if named else 0), box.bottom)
    at = scale.pixel(chart.price[0]) if chart.price else 0.0
    taken = [at] if chart.price else []
    draw_values(canvas, box, scale, chart.write, colours, _PRICES, taken)
    if chart.style == "line":
        closes = Line("curve", list(chart.bars.close))
        draw_line(canvas, closes, scale, layout.middle, colours.price)
    else:
        draw_candles(canvas, chart.bars, layout, scale, colours)
    for line in chart.overlays:
        inside = [
            value if value is not None and scale.low < value < scale.high else None
            for value in line.values
        ]
        colour = colours.lines[line.role]
        draw_line(canvas, Line(line.role, inside), scale, layout.middle, colour)
    _draw_names(canvas, list(named.items()), box, colours)
    if chart.price:
        canvas.dashes(box.left, box.right, at, colours.price)
        draw_tag(canvas, box, at, chart.price[1], colours.price, colours.on_price)


def _draw_panel(
    canvas: Canvas, panel: tuple[Line, str], layout: Layout, box: Box, colours: Theme
) -> None:
    line, last = panel
    values = known(line)
    canvas.box(box.left, box.top, box.right, box.top + 1, colours.grid)
    if values:
        scale = _panel_scale(values, box)
        draw_line(canvas, line, scale, layout.middle, colours.panel)
        at = min(max(scale.pixel(values[-1]), box.top + 18), box.bottom - 18)
        draw_tag(canvas, box, at, last, colours.panel, colours.ground)
    _draw_names(canvas, [(line.name, colours.panel)], box, colours)


def _panel_scale(values: list[float], box: Box) -> Scale:
    """From zero where that shows the movement, else around the values."""
    if max(values) > 2.5 * min(values):
        return from_zero(values, box.top + 8, box.bottom - 4)
    return around(values, box.top + 30, box.bottom - 6)


def _draw_names(canvas: Canvas, names: list[tuple[str, Colour]], box: Box, colours: Theme) -> None:
    """Name what a panel shows, on a ground of its own so that nothing runs through the letters."""
    x = box.left + 4
    for name, colour in names:
        wide = width_of(name, FACTS)
        canvas.box(x - 4, box.top, x + wide + 4, box.top + 29, colours.ground)
        canvas.text(x, box.top + 15, name, FACTS, colour)
        x += wide + 24
