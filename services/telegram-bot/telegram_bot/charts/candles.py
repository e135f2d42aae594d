"""Candles and volume."""

from telegram_bot.charts.canvas import Canvas
from telegram_bot.charts.drawing import Bars
from telegram_bot.charts.layout import Layout
from telegram_bot.charts.scale import Scale, from_zero
from telegram_bot.charts.theme import Theme

_BODY = 0.68  # of a bar's place


def draw_candles(canvas: Canvas, bars: Bars, layout: Layout, scale: Scale, colours: Theme) -> None:
    """Draw a wick from low to high and a body from open to close, of a pixel at least."""
    half = max(1.0, layout.slot * _BODY / 2)
    wick = 0.5 if layout.slot < 5 else 1.0
    columns = zip(bars.open, bars.high, bars.low, bars.close, strict=True)
    for number, (opened, high, low, close) in enumerate(columns):
        x = layout.middle(number)
        colour = colours.up if close >= opened else colours.down
        canvas.box(x - wick, scale.pixel(high), x + wick, scale.pixel(low), colour)
        top, bottom = scale.pixel(max(opened, close)), scale.pixel(min(opened, close))
        canvas.box(x - half, top, x + half, max(bottom, top + 1.5), colour)


def draw_volume(canvas: Canvas, bars: Bars, layout: Layout, colours: Theme) -> Scale:
    """Draw a column for each bar, and return the scale."""
    box = layout.volume
    scale = from_zero(list(bars.volume), box.top, box.bottom)
    half = max(1.0, layout.slot * _BODY / 2)
    columns = zip(bars.open, bars.close, bars.volume, strict=True)
    for number, (opened, close, volume) in enumerate(columns):
        x = layout.middle(number)
        colour = colours.up_volume if close >= opened else colours.down_volume
        if volume > 0:
            canvas.box(x - half, scale.pixel(volume), x + half, box.bottom, colour)
    return scale
