"""Pictures against those that people have looked at and found good.

`python -m tests.unit.telegram_bot.charts.test_pictures` draws them again: look at each one then.
"""

import io
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from common.market import Timeframe
from telegram_bot.charts.canvas import drawable
from telegram_bot.charts.compose import Look
from telegram_bot.charts.curve import render_curve
from telegram_bot.charts.drawing import Bars
from telegram_bot.charts.render import render
from tests.support.drawn import GERMAN, drawn, equity

GOLDEN = Path(__file__).parent / "golden"
PEPE = {"price": Decimal("0.00001234"), "price_step": Decimal("0.00000001")}
PICTURES: dict[str, Callable[[], bytes]] = {
    "candles": lambda: render(drawn(Look(overlays=("st", "ema20")))),
    "dark": lambda: render(drawn(Look(60, overlays=("atr",), dark=True), quality="simulated")),
    "line": lambda: render(
        drawn(Look(300, "line"), GERMAN, Timeframe.D1, quality="recorded", **PEPE)
    ),
    "equity": lambda: render_curve(equity()),
}
MOST_BYTES = 40_000
_TOLERANCE = (
    1.0  # of 255, on the average: other versions of FreeType draw letters a bit differently
)


def _opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_the_one_that_was_looked_at(name: str) -> None:
    png = PICTURES[name]()

    picture, golden = _opened(png), _opened((GOLDEN / f"{name}.png").read_bytes())
    assert picture.size == golden.size == (1280, 720)
    assert len(png) <= MOST_BYTES
    assert max(ImageStat.Stat(ImageChops.difference(picture, golden)).mean) < _TOLERANCE


def test_a_golden_picture_of_another_look_would_not_pass() -> None:
    light, dark = drawn(Look(60)), drawn(Look(60, dark=True))

    apart = ImageChops.difference(_opened(render(light)), _opened(render(dark)))
    fewer = ImageChops.difference(_opened(render(light)), _opened(render(drawn(Look(40)))))

    assert max(ImageStat.Stat(apart).mean) > 100
    assert max(ImageStat.Stat(fewer).mean) > _TOLERANCE


@pytest.mark.parametrize("value", [100.0, 1e-12, 1e12])
def test_a_market_that_stands_still_can_be_drawn(value: float) -> None:
    chart = drawn(Look(30))
    same = [value] * 30
    bars = Bars(chart.bars.opened_at, same, same, same, same, [0.0] * 30)

    still = replace(chart, bars=bars, price=(value, "x"), overlays=(), panel=None)

    assert _opened(render(still)).size == (1280, 720)


def test_letters_that_the_font_lacks_are_written_in_others() -> None:
    assert drawable("Über 1\u00a0234 € · 5×") == "Ueber 1 234 ? · 5x"


def _draw_again() -> None:
    for name, draw in PICTURES.items():
        (GOLDEN / f"{name}.png").write_bytes(draw())


if __name__ == "__main__":
    _draw_again()
