"""Where things are: 1280 x 720 points, drawn at twice that and brought down again.

The letters are large because a phone shows the picture at a third of its width.
"""

from dataclasses import dataclass

WIDTH, HEIGHT = 1280, 720
TITLE, FACTS, AXIS, TAG = 42, 25, 27, 29  # sizes of letters
LEFT = 18
HEADER = 96
_TIME_AXIS = 44
_GAP = 12


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, in points."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left


@dataclass(frozen=True, slots=True)
class Layout:
    """The panels of a chart; `slot` is how wide one bar's place is."""

    price: Box
    volume: Box
    panel: Box | None
    slot: float

    def middle(self, number: int) -> float:
        """Return where the middle of a bar is."""
        return self.price.left + (number + 0.5) * self.slot


def chart_layout(bars: int, axis: float, panel: bool) -> Layout:
    """Divide the picture, `axis` points being kept for the values at the right."""
    right, bottom = WIDTH - axis, HEIGHT - _TIME_AXIS
    panel_box = Box(LEFT, bottom - 104, right, bottom) if panel else None
    below = bottom - 104 - _GAP if panel else bottom
    volume = Box(LEFT, below - 84, right, below)
    price = Box(LEFT, HEADER, right, volume.top - _GAP)
    return Layout(price, volume, panel_box, price.width / max(1, bars))


def curve_box(axis: float) -> Box:
    """Return the one panel of a curve."""
    return Box(LEFT, HEADER + 44, WIDTH - axis, HEIGHT - _TIME_AXIS)
