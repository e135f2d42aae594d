"""The words of `/size`: those of `/atr`, a stop of one's own, and a fee."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from common.errors import BadInput
from telegram_bot.commands import atr_words
from telegram_bot.commands.atr_words import AtrWords, brief
from telegram_bot.commands.words import amount, number, shorten
from telegram_bot.reader import _
from telegram_bot.replies import Press

_MOST_FEE = 10


@dataclass(frozen=True, slots=True)
class SizeWords:
    """What a person asked.

    Attributes:
        stop: A price; None: the stop stands a multiple of ATR away.
        fee_pct: Of each side, in percent.
        side_said: Whether they said long or short.
    """

    atr: AtrWords
    stop: Decimal | None = None
    fee_pct: Decimal = Decimal(0)
    side_said: bool = False

    @property
    def written(self) -> str:
        """The words again."""
        words = [self.atr.written]
        if self.side_said and self.atr.side == "long":
            words.append("long")
        if self.stop is not None:
            words.append(f"stop {brief(self.stop)}")
        if self.fee_pct:
            words.append(f"fee {brief(self.fee_pct)}%")
        return " ".join(words)

    def button(self, label: str, **changes: object) -> Press:
        """Return a button that asks this with `changes` to the words that `/atr` has too."""
        changed = replace(self, atr=replace(self.atr, **changes))  # type: ignore[arg-type]
        return Press(label, f"size {changed.written}")


def read(words: Sequence[str]) -> SizeWords:
    """Read `BTC risk 1% eq 10k stop 64000 fee 0.1%` in any order.

    Raises:
        BadInput: With what would work.
    """
    rest = [part for word in words for part in word.replace("=", " ").split()]
    stop = _named(rest, "stop", "stopp")
    fee = _named(rest, "fee", "gebühr", "gebuehr")
    fee_pct = number(fee.removesuffix("%")) if fee is not None else Decimal(0)
    if fee_pct > _MOST_FEE:
        raise BadInput(
            _("A fee is at most {most} % of each side (you sent {asked}).").format(
                most=_MOST_FEE, asked=shorten(fee or "")
            )
        )
    return SizeWords(
        atr_words.read(rest),
        stop=amount(stop) if stop is not None else None,
        fee_pct=fee_pct,
        side_said=any(word.lower() in ("long", "short") for word in rest),
    )


def _named(words: list[str], *names: str) -> str | None:
    """Take one of the names and the word after it out of the words."""
    for place, word in enumerate(words):
        if word.lower() in names:
            if place + 1 == len(words):
                raise BadInput(
                    _("{name} needs a number after it: stop 64000, fee 0.1%.").format(
                        name=word.lower()
                    )
                )
            found = words[place + 1]
            del words[place : place + 2]
            return found.removeprefix("@")
    return None
