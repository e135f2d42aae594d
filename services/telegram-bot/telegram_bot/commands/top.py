"""/top: which markets rise, fall, trade or move most."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from common.errors import BadInput, CryptoAssistantError, Unavailable
from common.market import Timeframe
from common.wire import Market, TickerReply
from telegram_bot.arithmetic.ranking import ORDERS, Order, known, ranked, universe
from telegram_bot.commands import Command, Request, Services
from telegram_bot.commands.pages import page_of, turning
from telegram_bot.commands.words import NotUnderstood, words_of
from telegram_bot.formatting.ranking import nothing_ranked, order_name, ranking_page
from telegram_bot.ports import AtrQuestion
from telegram_bot.reader import _, later, reader
from telegram_bot.replies import Press, Reply, Rows

PAGE = 10
_ONCE = 50  # as many as the service takes in one question
_ASKED_AT_ONCE = 8
_LISTED = 200
_WORDS: dict[str, Order] = {
    **{order: order for order in ORDERS},
    "up": "gainers",
    "gewinner": "gainers",
    "down": "losers",
    "verlierer": "losers",
    "umsatz": "volume",
    "volatility": "volatile",
    "schwankung": "volatile",
    "vola": "volatile",
    "atr": "volatile",
}


_FILLERS = ("24h", "coin", "coins", "markets", "today", "heute")


@dataclass(frozen=True, slots=True)
class _Asked:
    order: Order = "gainers"
    page: int = 1


async def answer(request: Request, services: Services) -> Reply:
    """Rank the largest markets, a page of ten at a time."""
    asked = _read(words_of(" ".join(request.words)))
    listed = (await services.market.markets(_LISTED)).symbols
    _quote, markets = universe(listed, services.limits.focus_universe_size, reader().quote)
    tickers = await _tickers(markets, services)
    atr_pct = await _atr_pct(markets, services) if asked.order == "volatile" else {}
    rows = ranked(asked.order, tickers, atr_pct)
    count = len(known(asked.order, tickers, atr_pct))
    if not rows:
        return Reply(nothing_ranked(asked.order, count), _buttons(_Asked(asked.order), 1))
    page = page_of(rows, asked.page, PAGE)
    text = ranking_page(
        asked.order,
        page.items,
        first=page.first,
        rows=len(rows),
        of=count,
        asked=len(markets),
        atr_pct=atr_pct,
    )
    return Reply(text, _buttons(_Asked(asked.order, page.number), page.pages))


def _read(words: Sequence[str]) -> _Asked:
    asked = _Asked()
    for word in words:
        low = word.lower()
        if low in _WORDS:
            asked = _Asked(_WORDS[low], asked.page)
        elif low.isdecimal() and len(low) <= 3:
            asked = _Asked(asked.order, int(low))
        elif low[:-1].isdecimal() and low != "24h":
            raise BadInput(
                _("The ranking is over 24h. Write /top gainers, losers, volume or volatile.")
            )
        elif low not in _FILLERS:
            raise NotUnderstood(word)
    return asked


async def _tickers(markets: Sequence[Market], services: Services) -> list[TickerReply]:
    symbols = [market.symbol for market in markets]
    parts = [symbols[start : start + _ONCE] for start in range(0, len(symbols), _ONCE)]
    found = [await services.market.tickers(part) for part in parts]
    return [ticker for reply in found for ticker in reply.tickers]


async def _atr_pct(markets: Sequence[Market], services: Services) -> dict[str, Decimal]:
    """Ask for each market's ATR % of a day, a few at a time; leave out those that have none."""
    room = asyncio.Semaphore(_ASKED_AT_ONCE)

    async def one(symbol: str) -> Decimal | None:
        async with room:
            try:
                return (await services.market.atr(AtrQuestion(symbol, Timeframe.D1))).atr_pct
            except CryptoAssistantError:
                return None

    figures = await asyncio.gather(*(one(market.symbol) for market in markets))
    known = {
        market.symbol: figure
        for market, figure in zip(markets, figures, strict=True)
        if figure is not None
    }
    if markets and not known:
        raise Unavailable("no market's ATR is known")
    return known


def _buttons(asked: _Asked, pages: int) -> Rows:
    orders = tuple(
        Press(
            f"•{order_name(order)}" if order == asked.order else order_name(order), f"top {order}"
        )
        for order in ORDERS
    )
    refresh = Press(_("🔄 Refresh"), f"top {asked.order} {asked.page}")
    return orders, (*turning(f"top {asked.order}", asked.page, pages), refresh)


COMMAND = Command(
    name="top",
    usage="/top [gainers|losers|volume|volatile] [page]",
    summary=later("which coins rise, fall, trade or move most"),
    examples=("/top gainers", "/top losers", "/top volume", "/top volatile"),
    answer=answer,
    groups="everybody",
)
