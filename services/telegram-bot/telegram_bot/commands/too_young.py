"""What to ask instead of an ATR that a market is too young for: a shorter timeframe or period."""

from collections.abc import Sequence
from dataclasses import replace

from common.errors import NotEnoughCandles
from common.market import Symbol, Timeframe
from telegram_bot.commands import Services
from telegram_bot.commands.atr_words import SHORTEST, AtrWords
from telegram_bot.commands.listed import timeframes_of
from telegram_bot.formatting import trouble
from telegram_bot.reader import _
from telegram_bot.replies import Reply

_USUAL_PERIODS = (21, 14, 7)


async def explain(error: NotEnoughCandles, asked: AtrWords, services: Services) -> Reply:
    """Say how many candles there are, with a tap to what would work, where anything would."""
    has = await timeframes_of(error.symbol, services) or ()
    if (shorter := _long_enough(error, has)) is not None:
        timeframe, period, label = shorter, asked.period, shorter.value
    elif (fewer := _short_enough(error, asked.period)) is not None:
        timeframe, period, label = Timeframe(error.timeframe), fewer, f"ATR({fewer})"
    else:
        return Reply(_told(error, asked))
    button = replace(asked, timeframe=timeframe, period=period).button(
        _("Try {examples}").format(examples=label)
    )
    return Reply(_told(error, asked, f"{asked.symbol} {timeframe.value} {period}"), ((button,),))


def _told(error: NotEnoughCandles, asked: AtrWords, instead: str | None = None) -> str:
    market = Symbol.parse(error.symbol)
    return trouble.short_history(
        market.shown, error.timeframe, asked.period, error.have, error.need, instead
    )


def _long_enough(error: NotEnoughCandles, has: Sequence[Timeframe]) -> Timeframe | None:
    """Return the longest shorter timeframe of which the same span holds enough candles."""
    asked = Timeframe(error.timeframe)
    span = error.have * asked.seconds
    fitting = [
        timeframe
        for timeframe in has
        if timeframe.seconds < asked.seconds and span >= error.need * timeframe.seconds
    ]
    return max(fitting, key=lambda timeframe: timeframe.seconds, default=None)


def _short_enough(error: NotEnoughCandles, period: int) -> int | None:
    """Return a smaller period that the candles are enough for, a usual one where there is one."""
    longest = period - (error.need - error.have)
    if longest < SHORTEST:
        return None
    return next((usual for usual in _USUAL_PERIODS if usual <= longest), longest)
