"""Colours, light and dark. Up and down differ in lightness too, for eyes that mix red and green."""

from dataclasses import dataclass

from telegram_bot.charts.drawing import Role

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Theme:
    """Every colour of a picture, red, green and blue from 0 to 255."""

    ground: Colour
    grid: Colour
    text: Colour
    muted: Colour
    up: Colour
    down: Colour
    up_volume: Colour
    down_volume: Colour
    price: Colour
    on_price: Colour
    warning: Colour
    on_warning: Colour
    fill: Colour
    panel: Colour
    lines: dict[Role, Colour]


LIGHT = Theme(
    ground=(255, 255, 255),
    grid=(218, 223, 232),
    text=(24, 28, 38),
    muted=(92, 100, 116),
    up=(26, 158, 122),
    down=(207, 46, 62),
    up_volume=(158, 216, 199),
    down_volume=(238, 176, 182),
    price=(36, 84, 214),
    on_price=(255, 255, 255),
    warning=(255, 196, 46),
    on_warning=(45, 32, 0),
    fill=(222, 232, 252),
    panel=(124, 58, 217),
    lines={
        "atr_band": (124, 58, 217),
        "trend_up": (13, 128, 96),
        "trend_down": (176, 28, 46),
        "average": (222, 122, 0),
        "held": (122, 130, 146),
        "curve": (36, 84, 214),
    },
)

DARK = Theme(
    ground=(18, 22, 31),
    grid=(41, 48, 62),
    text=(236, 240, 247),
    muted=(154, 164, 184),
    up=(64, 205, 160),
    down=(240, 84, 98),
    up_volume=(32, 92, 78),
    down_volume=(108, 44, 54),
    price=(92, 142, 255),
    on_price=(10, 14, 24),
    warning=(255, 196, 46),
    on_warning=(45, 32, 0),
    fill=(32, 48, 86),
    panel=(184, 138, 255),
    lines={
        "atr_band": (184, 138, 255),
        "trend_up": (96, 232, 188),
        "trend_down": (255, 122, 134),
        "average": (255, 176, 64),
        "held": (138, 148, 168),
        "curve": (92, 142, 255),
    },
)


def theme(dark: bool) -> Theme:
    """Return the colours for dark or light."""
    return DARK if dark else LIGHT
