"""What the listed markets have: asked before something is offered that might not be there."""

from collections.abc import Sequence

from common import wire
from common.errors import Unavailable
from common.market import Timeframe
from telegram_bot.commands import Services

_LOOKED_THROUGH = 200


async def timeframes_of(symbol: str, services: Services) -> Sequence[Timeframe] | None:
    """Return a market's timeframes, shortest first; None when nobody can say."""
    for item in await _markets(services):
        if item.symbol == symbol:
            return [timeframe for timeframe in Timeframe if timeframe.value in item.timeframes]
    return None


async def bases(services: Services) -> frozenset[str]:
    """Return the assets that a market is listed for; none when nobody can say."""
    return frozenset(item.base for item in await _markets(services))


async def _markets(services: Services) -> Sequence[wire.Market]:
    try:
        return (await services.market.markets(_LOOKED_THROUGH)).symbols
    except Unavailable:
        return ()
