"""The words of `/chart`: order-free, told apart by their form, and written back for buttons."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from common.errors import BadInput
from common.market import Timeframe
from telegram_bot.charts.compose import Look, Overlay
from telegram_bot.commands.spans import joined
from telegram_bot.commands.words import NotUnderstood, market, shorten
from telegram_bot.reader import _
from telegram_bot.replies import Press

FEWEST, MOST, USUAL = 30, 300, 120
OVERLAYS: tuple[Overlay, ...] = ("atr", "st", "ema20")

_TIMEFRAME = re.compile(r"\d+(m|min|h|d|w|mo|y|s)", re.ASCII)
_MEANS: dict[str, Overlay] = {"atr": "atr", "st": "st", "supertrend": "st", "ema20": "ema20"}
_MEANS["ema"] = "ema20"


@dataclass(frozen=True, slots=True)
class ChartWords:
    """What a person asked; None where they did not say.

    Attributes:
        anew: Draw it again although it has been drawn since the last candle closed.
    """

    symbol: str | None = None
    timeframe: Timeframe | None = None
    look: Look = Look()
    anew: bool = False

    def button(self, label: str) -> Press:
        """Return a button that asks this."""
        return Press(label, f"chart {self.written}")

    @property
    def written(self) -> str:
        """The words again, in one order and without those that are the default."""
        look = self.look
        words = [self.symbol or "", self.timeframe.value if self.timeframe else ""]
        words.append(str(look.bars) if look.bars != USUAL else "")
        words.append("line" if look.style == "line" else "")
        words += [name for name in OVERLAYS if name in look.overlays]
        words += ["dark" if look.dark else "", "now" if self.anew else ""]
        return " ".join(word for word in words if word)

    def toggled(self, overlay: Overlay) -> "ChartWords":
        """Return the same with an overlay more, or less."""
        now = set(self.look.overlays) ^ {overlay}
        kept = tuple(name for name in OVERLAYS if name in now)
        return replace(self, look=replace(self.look, overlays=kept))


def read(words: Sequence[str]) -> ChartWords:
    """Read `BTC 4h 200 line st ema20 dark` in any order; of equal kinds the last wins.

    Raises:
        BadInput: With what would work.
    """
    asked = ChartWords()
    for word in joined(words):
        asked = _with(asked, word, word.lower())
    return asked


def _with(asked: ChartWords, word: str, low: str) -> ChartWords:
    look = asked.look
    if low in _MEANS:
        chosen = {*look.overlays, _MEANS[low]}
        kept = tuple(name for name in OVERLAYS if name in chosen)
        return replace(asked, look=replace(look, overlays=kept))
    if low in ("dark", "light"):
        return replace(asked, look=replace(look, dark=low == "dark"))
    if low in ("line", "candle", "candles"):
        return replace(asked, look=replace(look, style="line" if low == "line" else "candle"))
    if low == "now":
        return replace(asked, anew=True)
    if low.isascii() and low.isdecimal():
        return replace(asked, look=replace(look, bars=_count(word)))
    if _TIMEFRAME.fullmatch(low):
        return replace(asked, timeframe=Timeframe.parse(word))
    if asked.symbol is None:
        return replace(asked, symbol=market(word))
    raise NotUnderstood(word)


def _count(word: str) -> int:
    if len(word) > 4 or not FEWEST <= int(word) <= MOST:
        raise BadInput(
            _("A chart has {fewest} to {most} candles (you sent {asked}).").format(
                fewest=FEWEST, most=MOST, asked=shorten(word)
            )
        )
    return int(word)
