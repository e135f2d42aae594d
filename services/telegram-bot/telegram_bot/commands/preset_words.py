"""The words of a preset, as /backtest and /paper auto take them: `BTC 4h st 10 3 risk 1%`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from common.errors import BadInput
from common.market import Timeframe
from telegram_bot.commands.spans import joined
from telegram_bot.commands.words import NotUnderstood, amount, market, shorten
from telegram_bot.reader import _
from telegram_bot.simulation.presets import USUAL, Name, Preset
from telegram_bot.simulation.trading import Rule

FEWEST, MOST, USUAL_COUNT = 100, 5_000, 1_000
_SHORTEST, _LONGEST = 2, 90
_MOST_MULTIPLE = 100
_TIMEFRAME = re.compile(r"\d+(m|min|h|d|w|mo|y|s)", re.ASCII)
_MULTIPLE = re.compile(r"[x×]([\d.,]+)|([\d.,]+)[x×]", re.ASCII)
_NUMBER = re.compile(r"\d[\d.,_]*", re.ASCII)
_MEANS: dict[str, Name] = {
    "st": "st",
    "supertrend": "st",
    "chandelier": "chandelier",
    "ch": "chandelier",
    "breakout": "breakout",
    "atr": "breakout",
}


@dataclass(frozen=True, slots=True)
class PresetWords:
    """What a person asked; None where they did not say.

    Attributes:
        stop_atr: From `2x`: a stop so many ATRs below the entry.
        candles: How many a backtest trades.
    """

    symbol: str | None = None
    timeframe: Timeframe | None = None
    preset: Preset | None = None
    risk_pct: Decimal | None = None
    stop_atr: Decimal | None = None
    trails: bool = False
    candles: int = USUAL_COUNT

    def rule(self, most: Decimal | None, stop_atr: Decimal) -> Rule:
        """Return how much is bought; a risk needs a stop, the usual one where none is named."""
        stop = self.stop_atr
        if stop is None and (self.risk_pct is not None or self.trails):
            stop = stop_atr
        return Rule(self.risk_pct, stop, most, self.trails)

    @property
    def written(self) -> str:
        """The words again, in one order."""
        words = [self.symbol or "", self.timeframe.value if self.timeframe else ""]
        words.append(self.preset.written if self.preset else "")
        words.append(f"risk {self.risk_pct}%" if self.risk_pct is not None else "")
        words.append(f"{self.stop_atr}x" if self.stop_atr is not None else "")
        words.append("trail" if self.trails else "")
        words.append(str(self.candles) if self.candles != USUAL_COUNT else "")
        return " ".join(word for word in words if word)


def read(words: Sequence[str]) -> PresetWords:
    """Read them in any order, but for the numbers of a preset, which follow its name.

    A number of 100 and more counts candles wherever it stands.

    Raises:
        BadInput: With what would work.
    """
    asked = PresetWords()
    rest = joined([part for word in words for part in word.replace("=", " ").split()])
    while rest:
        word = rest.pop(0)
        low = word.lower()
        if low in _MEANS:
            numbers: list[str] = []
            while len(numbers) < 2 and _is_of_preset(rest, first=not numbers):
                numbers.append(rest.pop(0))
            asked = replace(asked, preset=_preset(_MEANS[low], numbers))
        elif low in ("risk", "risiko"):
            if not rest:
                raise BadInput(_("'risk' needs a number after it: risk 1%."))
            asked = replace(asked, risk_pct=_share(rest.pop(0)))
        elif low.endswith("%"):
            asked = replace(asked, risk_pct=_share(word))
        elif low in ("trail", "trailing"):
            asked = replace(asked, trails=True)
        elif found := _MULTIPLE.fullmatch(low):
            asked = replace(asked, stop_atr=_multiple(word, found[1] or found[2]))
        elif _counts(low):
            asked = replace(asked, candles=_count(word))
        elif _TIMEFRAME.fullmatch(low):
            asked = replace(asked, timeframe=Timeframe.parse(word))
        elif asked.symbol is None and not _NUMBER.fullmatch(low):
            asked = replace(asked, symbol=market(word))
        else:
            raise NotUnderstood(word)
    return asked


def _is_of_preset(rest: Sequence[str], *, first: bool) -> bool:
    """Say whether a number belongs to the preset before it.

    A count of candles may stand there too; but one before a multiple is a period that is too long.
    """
    if not rest or not _NUMBER.fullmatch(rest[0]):
        return False
    return not _counts(rest[0]) or (first and _is_of_preset(rest[1:], first=False))


def _preset(name: Name, numbers: Sequence[str]) -> Preset:
    usual = USUAL[name]
    period, multiple = usual.period, usual.multiple
    if numbers:
        if not (numbers[0].isdecimal() and _SHORTEST <= int(numbers[0]) <= _LONGEST):
            raise BadInput(
                _("A preset's period is {shortest} to {longest} (you sent {asked}).").format(
                    shortest=_SHORTEST, longest=_LONGEST, asked=shorten(numbers[0])
                )
            )
        period = int(numbers[0])
    if len(numbers) > 1:
        multiple = _multiple(numbers[1], numbers[1])
    return Preset(name, period, multiple)


def _multiple(word: str, digits: str) -> Decimal:
    value = amount(digits)
    if value > _MOST_MULTIPLE or value != round(value, 2):
        raise BadInput(
            _("A multiple of ATR goes up to {most}, for example 2x (you sent {asked}).").format(
                most=_MOST_MULTIPLE, asked=shorten(word)
            )
        )
    return value


def _share(word: str) -> Decimal:
    value = amount(word.removesuffix("%"))
    if value > 100:
        raise BadInput(
            _("The risk is at most 100% (you sent {asked}).").format(asked=shorten(word))
        )
    return value


def _counts(word: str) -> bool:
    return word.isascii() and word.isdecimal() and len(word) >= 3


def _count(word: str) -> int:
    if len(word) > 6 or not FEWEST <= int(word) <= MOST:
        raise BadInput(
            _("A backtest takes {fewest} to {most} candles (you sent {asked}).").format(
                fewest=FEWEST, most=MOST, asked=shorten(word)
            )
        )
    return int(word)
