"""Closed candles of a market, page by page, as a simulation takes them."""

from collections.abc import Awaitable, Callable

from common import wire
from common.market import Candle, Timeframe
from telegram_bot.ports import CandlesQuestion, MarketData
from telegram_bot.simulation.candles import candles_of

PAGE = 1_000  # the most that market-data gives at once
Told = Callable[[int], Awaitable[None]]


async def past_candles(
    market: MarketData, symbol: str, timeframe: Timeframe, count: int, told: Told
) -> tuple[list[Candle], wire.CandlesReply]:
    """Return up to `count` candles, oldest first, and the newest page with its provenance.

    Args:
        told: Called with how many there are after each page.

    Raises:
        UnknownSymbol, UnsupportedTimeframe, BadInput: The asker can act.
        Unavailable: If a page does not come in time.
    """
    pages: list[list[Candle]] = []
    newest: wire.CandlesReply | None = None
    cursor: str | None = None
    left = count
    while left > 0:
        question = CandlesQuestion(symbol, timeframe, min(PAGE, left), cursor)
        reply = await market.candles(question)
        newest = newest or reply
        pages.append(candles_of(reply))
        left -= len(reply.close)
        await told(count - left)
        if reply.next_cursor is None or not reply.close or reply.next_cursor == cursor:
            break
        cursor = reply.next_cursor
    assert newest is not None
    return [candle for page in reversed(pages) for candle in page], newest
