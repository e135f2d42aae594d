"""/stats: how a market behaved: volatility, deepest fall, best and worst day."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from common.errors import BadInput
from common.market import Timeframe
from telegram_bot.commands import Command, Request, Services
from telegram_bot.commands.listed import timeframes_of
from telegram_bot.commands.price import which_coin
from telegram_bot.commands.usual import asked_as_usual
from telegram_bot.commands.words import NotUnderstood, market, shorten, words_of
from telegram_bot.formatting.other_quote import noted
from telegram_bot.formatting.statistics import statistics_card
from telegram_bot.reader import _, later
from telegram_bot.replies import Press, Reply, Rows

LEAST, MOST = 3, 1_000
_USUAL = 365
_OFFERED = (Timeframe.H1, Timeframe.H4, Timeframe.D1, Timeframe.W1)
_TIMEFRAME = re.compile(r"\d+(m|h|d|w)", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Asked:
    symbol: str | None = None
    timeframe: Timeframe = Timeframe.D1
    bars: int = _USUAL

    def button(self, label: str) -> Press:
        return Press(label, f"stats {self.symbol} {self.timeframe.value} {self.bars}")


async def answer(request: Request, services: Services) -> Reply:
    """Answer with the figures of a window of closed candles."""
    asked = _read(words_of(" ".join(request.words)))
    if asked.symbol is None:
        return await which_coin("stats", services, request.speaker.chat)
    reply = await asked_as_usual(
        asked.symbol,
        lambda symbol: services.market.statistics(symbol, asked.timeframe, asked.bars),
    )
    text = noted(statistics_card(reply), [asked.symbol], [reply.symbol])
    asked = replace(asked, symbol=reply.symbol)
    has = await timeframes_of(reply.symbol, services)
    return Reply(text, _buttons(asked, has))


def _read(words: Sequence[str]) -> _Asked:
    """Read `BTC 1h 200` in any order."""
    asked = _Asked()
    for word in words:
        if _TIMEFRAME.fullmatch(word):
            asked = replace(asked, timeframe=Timeframe.parse(word))
        elif word.isdecimal():
            asked = replace(asked, bars=_bars(word))
        elif asked.symbol is None:
            asked = replace(asked, symbol=market(word))
        else:
            raise NotUnderstood(word)
    return asked


def _bars(word: str) -> int:
    if not (len(word) <= 4 and LEAST <= int(word) <= MOST):
        raise BadInput(
            _("The number of candles must be {least} to {most} (you sent {asked}).").format(
                least=LEAST, most=MOST, asked=shorten(word)
            )
        )
    return int(word)


def _buttons(asked: _Asked, has: Sequence[Timeframe] | None) -> Rows:
    offered = [item for item in _OFFERED if has is None or item in has]
    return (
        tuple(
            replace(asked, timeframe=item).button(
                f"•{item.value}" if item is asked.timeframe else item.value
            )
            for item in sorted({*offered, asked.timeframe}, key=lambda item: item.seconds)
        ),
        (
            asked.button(_("🔄 Refresh")),
            Press("📏 ATR", f"atr {asked.symbol}", fresh=True),
            Press(_("📈 Chart"), f"chart {asked.symbol} {asked.timeframe.value}", fresh=True),
        ),
    )


COMMAND = Command(
    name="stats",
    usage="/stats SYMBOL [1d] [365]",
    summary=later("how a coin behaved: volatility, deepest fall, best and worst day"),
    examples=("/stats BTC", "/stats ETH 1h 168", "/stats SOL 1d 90"),
    answer=answer,
    groups="everybody",
)
