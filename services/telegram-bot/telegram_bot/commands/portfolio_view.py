"""Looking at a portfolio: all of it, one market of it, or its trades."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from common.errors import BadInput, CryptoAssistantError
from common.market import Timeframe
from common.wire import TickerReply
from telegram_bot.arithmetic.holdings import Holding, Valued, holdings, totals, valued
from telegram_bot.commands import Request, Services
from telegram_bot.commands.pages import page_of, turning
from telegram_bot.commands.portfolio_trades import in_order
from telegram_bot.commands.words import NotUnderstood, market
from telegram_bot.formatting import portfolio
from telegram_bot.formatting.numbers import digits, plain
from telegram_bot.formatting.source import as_of, closing_lines, shown
from telegram_bot.formatting.trades import trades_page
from telegram_bot.ledger import Entry
from telegram_bot.ports import AtrQuestion
from telegram_bot.reader import _
from telegram_bot.replies import Copy, Press, Reply, Rows

PAGE = 10
_TRADES = 8
_ASKED_AT_ONCE = 8
_TICKERS_ONCE = 50


@dataclass(frozen=True, slots=True)
class Priced:
    """Holdings and what the market says of them.

    Attributes:
        held: Markets of which something is left; `sold_out`: those of which nothing is.
        rows: By symbol, those of `held` that have a price.
    """

    held: Sequence[Holding]
    sold_out: Sequence[Holding]
    rows: Mapping[str, Valued]
    tickers: Mapping[str, TickerReply]

    @property
    def quotes(self) -> list[str]:
        """The quote assets, in the order of the first trades."""
        return list(dict.fromkeys(_quote(it) for it in (*self.held, *self.sold_out)))


async def look(words: Sequence[str], chat: int, services: Services) -> Reply:
    """Show everything, one page of it, or one market."""
    entries = await services.ledger.entries(chat)
    if not entries:
        return Reply(portfolio.empty())
    if len(words) > 1:
        raise NotUnderstood(words[1])
    word = words[0] if words else "1"
    if not (word.isdecimal() and len(word) <= 3):
        return await _one(market(word), entries, services)
    priced = await price_all(entries, services)
    blocks, pages, number = _blocks(priced, int(word))
    tickers = priced.tickers.values()
    text = "\n".join(["\n\n".join(blocks), *_dated(tickers)])
    return Reply(text, _buttons(priced, number, pages))


async def trades(request: Request, services: Services) -> Reply:
    """List trades, the newest first, each to be taken out by a tap."""
    entries = await services.ledger.entries(request.speaker.chat)
    wanted, number = None, 1
    for word in request.words[1:]:
        if word.isdecimal() and len(word) <= 3:
            number = int(word)
        else:
            wanted = market(word)
    found = [entry for entry in reversed(in_order(entries)) if _is(wanted, entry.symbol)]
    if not found:
        return Reply(portfolio.empty())
    page = page_of(found, number, _TRADES)
    taking_out = [
        Press(f"🗑 #{entry.number}", f"portfolio remove {entry.number}") for entry in page.items
    ]
    rows = [tuple(taking_out[start : start + 4]) for start in range(0, len(taking_out), 4)]
    command = f"portfolio trades {wanted}" if wanted else "portfolio trades"
    last = (*turning(command, page.number, page.pages), Press(_("💼 Portfolio"), "portfolio"))
    return Reply(trades_page(page.items, page.number, page.pages), (*rows, last))


async def price_all(entries: Sequence[Entry], services: Services) -> Priced:
    """Ask for the price and a usual day's move of everything that is held."""
    found = holdings(in_order(entries)).values()
    held = [holding for holding in found if holding.quantity]
    symbols = [holding.symbol for holding in held]
    tickers = {ticker.symbol: ticker for ticker in await _tickers(symbols, services)}
    moves = await _usual_days([symbol for symbol in symbols if symbol in tickers], services)
    rows = {
        holding.symbol: valued(holding, ticker.price, ticker.change_24h, moves.get(holding.symbol))
        for holding in held
        if (ticker := tickers.get(holding.symbol)) is not None
    }
    return Priced(held, [it for it in found if not it.quantity], rows, tickers)


async def _tickers(symbols: Sequence[str], services: Services) -> list[TickerReply]:
    found: list[TickerReply] = []
    for start in range(0, len(symbols), _TICKERS_ONCE):
        part = symbols[start : start + _TICKERS_ONCE]
        found += (await services.market.tickers(part)).tickers
    return found


async def _usual_days(symbols: Sequence[str], services: Services) -> dict[str, Decimal]:
    """Ask for ATR(14) of a day, a few at a time; leave out markets that have none."""
    room = asyncio.Semaphore(_ASKED_AT_ONCE)

    async def one(symbol: str) -> Decimal | None:
        async with room:
            try:
                return (await services.market.atr(AtrQuestion(symbol, Timeframe.D1))).atr
            except CryptoAssistantError:
                return None

    moves = await asyncio.gather(*(one(symbol) for symbol in symbols))
    return {symbol: move for symbol, move in zip(symbols, moves, strict=True) if move is not None}


def _blocks(priced: Priced, number: int) -> tuple[list[str], int, int]:
    """Return a block a quote asset, of the page's holdings; how many pages; and which one it is."""
    ordered = sorted(priced.rows.values(), key=lambda row: row.value, reverse=True)
    page = page_of(ordered, number, PAGE)
    blocks = []
    for quote in priced.quotes:
        rows = [row for row in ordered if _quote(row.holding) == quote]
        view = portfolio.Overview(
            quote=quote,
            rows=[row for row in page.items if _quote(row.holding) == quote],
            totals=totals(rows, [it for it in priced.sold_out if _quote(it) == quote]),
            unpriced=[
                it for it in priced.held if _quote(it) == quote and it.symbol not in priced.rows
            ],
            heaviest=max(
                (row for row in rows if row.swing is not None),
                key=lambda row: row.swing or 0,
                default=None,
            ),
        )
        blocks.append(portfolio.overview(view))
    return blocks, page.pages, page.number


async def _one(wanted: str, entries: Sequence[Entry], services: Services) -> Reply:
    """Show what is held of a market, or of each market of a coin."""
    mine = [entry for entry in entries if _is(wanted, entry.symbol)]
    if not mine:
        raise BadInput(
            _("There is no {asset} in your portfolio. Write /portfolio add {asset} 0.5.").format(
                asset=wanted
            )
        )
    priced = await price_all(mine, services)
    cards = [
        portfolio.holding_card(
            holding,
            priced.rows.get(holding.symbol),
            sum(entry.symbol == holding.symbol for entry in mine),
        )
        for holding in (*priced.held, *priced.sold_out)
    ]
    text = "\n".join(["\n\n".join(cards), *_dated(priced.tickers.values())])
    return Reply(text, _of_one(wanted, priced))


def _of_one(wanted: str, priced: Priced) -> Rows:
    copies = [
        copy
        for holding in priced.held[:2]
        for copy in (
            Copy(_("📋 amount"), plain(holding.quantity)),
            Copy(_("📋 average"), digits(holding.average, 12)),
        )
    ]
    return (
        (
            Press(_("🔄 Refresh"), f"portfolio {wanted}"),
            Press(_("🧾 Trades"), f"portfolio trades {wanted}"),
            Press(_("💼 Portfolio"), "portfolio"),
        ),
        tuple(copies),
    )


def _buttons(priced: Priced, number: int, pages: int) -> Rows:
    coins = list(dict.fromkeys(shown(holding.symbol).base for holding in priced.held))[:5]
    worth = [_copied(_worth(priced, quote), quote) for quote in priced.quotes[:2]]
    return (
        tuple(Press(coin, f"portfolio {coin}") for coin in coins),
        (
            *turning("portfolio", number, pages),
            Press(_("🔄 Refresh"), f"portfolio {number}"),
            Press(_("🧾 Trades"), "portfolio trades"),
            Press(_("📄 CSV"), "portfolio export", fresh=True),
        ),
        tuple(worth),
    )


def _copied(worth: Decimal, quote: str) -> Copy:
    exact = plain(round(worth, 2))
    return Copy(f"📋 {exact} {quote}", exact)


def _worth(priced: Priced, quote: str) -> Decimal:
    return totals([row for row in priced.rows.values() if _quote(row.holding) == quote]).value


def _dated(tickers: Iterable[TickerReply]) -> list[str]:
    known = [ticker for ticker in tickers if ticker.quality != "recorded"]
    lines = [as_of(min(known, key=lambda ticker: ticker.as_of))] if known else []
    lines += closing_lines([(shown(ticker.symbol).base, ticker) for ticker in tickers])
    return ["\n".join(lines)] if lines else []


def _quote(holding: Holding) -> str:
    return shown(holding.symbol).quote


def _is(wanted: str | None, symbol: str) -> bool:
    """Say whether a market is meant: `BTC` means all that are of it."""
    return wanted is None or wanted in (symbol, shown(symbol).base)
