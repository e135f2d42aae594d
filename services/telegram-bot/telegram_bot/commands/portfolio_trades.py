"""Writing trades down, taking them out, and bringing them back."""

from collections.abc import Sequence
from decimal import Decimal

from common.errors import BadInput
from common.wire import TickerReply
from telegram_bot.arithmetic.holdings import Oversold, holdings
from telegram_bot.commands import Request, Services, portfolio_words
from telegram_bot.commands.portfolio_words import TradeWords
from telegram_bot.commands.price import tickers_as_usual, which_coin
from telegram_bot.commands.words import NotUnderstood, words_of
from telegram_bot.formatting import portfolio, trades
from telegram_bot.formatting.html import code
from telegram_bot.formatting.numbers import plain, price
from telegram_bot.formatting.source import shown
from telegram_bot.ledger import MOST_ENTRIES, Entry, Side, before_this_update
from telegram_bot.ports import error_from
from telegram_bot.reader import _
from telegram_bot.replies import Press, Reply


async def buy(request: Request, services: Services) -> Reply:
    """Write a purchase down."""
    return await _trade("buy", request, services)


async def sell(request: Request, services: Services) -> Reply:
    """Write a sale down, of no more than is held then."""
    return await _trade("sell", request, services)


async def _trade(side: Side, request: Request, services: Services) -> Reply:
    chat, now = request.speaker.chat, services.clock.now()
    asked = portfolio_words.read(side, words_of(" ".join(request.words[1:])), now)
    if asked.symbol is None:
        return await which_coin("portfolio add" if side == "buy" else "portfolio sell", services)
    ticker = await _ticker(asked.symbol, services)
    if asked.quantity is None:
        lacking = f"portfolio {asked.written}"
        return Reply(_how_many(asked, ticker), asks="" if asked.price is not None else lacking)
    if asked.price is None:
        return _at_which_price(asked, ticker)
    entry = Entry(
        side, ticker.symbol, asked.quantity, asked.price, asked.at or now, asked.fee, asked.note
    )
    before = before_this_update(await services.ledger.entries(chat))
    refuse_impossible([*before, entry], [entry])
    (kept,) = await services.ledger.add(chat, [entry])
    buttons = (
        Press(_("💼 Portfolio"), f"portfolio {ticker.symbol}"),
        Press(_("↩ Undo"), f"portfolio remove {kept.number}"),
    )
    return Reply(trades.kept(kept), (buttons,))


async def remove(request: Request, services: Services) -> Reply:
    """Take one trade out, unless sales after it need it."""
    chat = request.speaker.chat
    numbers = [_number(word) for word in request.words[1:]]
    if not numbers:
        example = code("/portfolio trades")
        return Reply(_("Which trade? {example} lists them.").format(example=example))
    mine = await services.ledger.entries(chat)
    staying = [entry for entry in mine if entry.number not in numbers]
    if len(staying) == len(mine):
        raise BadInput(_("There is no trade of that number. /portfolio trades lists them."))
    refuse_impossible(staying)
    gone = await services.ledger.remove(chat, numbers)
    return Reply(trades.removed(gone), _after_removal())


async def undo(request: Request, services: Services) -> Reply:
    """Bring back what was taken out last."""
    chat = request.speaker.chat
    before = {entry.number for entry in await services.ledger.entries(chat)}
    count = await services.ledger.undo(chat)
    after = await services.ledger.entries(chat)
    try:
        refuse_impossible(after)
    except BadInput:  # what was written down since needs it gone
        await services.ledger.remove(chat, [it.number for it in after if it.number not in before])
        raise
    return Reply(trades.brought_back(count), ((Press(_("💼 Portfolio"), "portfolio"),),))


async def clear(request: Request, services: Services) -> Reply:
    """Take everything out, once that is confirmed."""
    chat = request.speaker.chat
    numbers = [entry.number for entry in await services.ledger.entries(chat)]
    if not numbers:
        return Reply(portfolio.empty())
    if [word.lower() for word in request.words[1:]] != ["yes"]:
        buttons = (
            Press(_("🗑 Take out all"), "portfolio clear yes", style="danger"),
            Press(_("Keep them"), "portfolio"),
        )
        return Reply(trades.really_clear(len(numbers)), (buttons,))
    return Reply(trades.removed(await services.ledger.remove(chat, numbers)), _after_removal())


def refuse_impossible(entries: Sequence[Entry], new: Sequence[Entry] = ()) -> None:
    """Refuse a ledger that holds too much, or sells what is not there.

    Args:
        entries: All of them.
        new: Those of them that are to be added.

    Raises:
        BadInput: With the sale that does not work.
    """
    if new and len(entries) > MOST_ENTRIES:
        raise BadInput(trades.full(MOST_ENTRIES))
    try:
        holdings(in_order(entries))
    except Oversold as error:
        sold = error.entry
        raise BadInput(
            trades.oversold(shown(sold.symbol).base, sold.quantity, error.held, sold.at)
        ) from None


def in_order(entries: Sequence[Entry]) -> list[Entry]:
    """Put the oldest first; at the same moment purchases before sales."""
    return sorted(entries, key=lambda entry: (entry.at, entry.side))


def _number(word: str) -> int:
    digits = word.removeprefix("#")
    if not digits.isdecimal() or len(digits) > 15:
        raise NotUnderstood(word)
    return int(digits)


async def _ticker(symbol: str, services: Services) -> TickerReply:
    found = await tickers_as_usual([symbol], services)
    for problem in found.problems:
        raise error_from(problem)
    return found.tickers[0]


def _how_many(asked: TradeWords, ticker: TickerReply) -> str:
    side = {"buy": "add", "sell": "sell"}[asked.side]
    example = code(f"/portfolio {side} {asked.symbol} 0.5 @ {_round_example(ticker.price)}")
    return _("How many {base}? Example: {example}").format(base=asked.symbol, example=example)


def _at_which_price(asked: TradeWords, ticker: TickerReply) -> Reply:
    """Ask for the price: the last one is offered, and taken only by a tap."""
    market = shown(ticker.symbol)
    exact = plain(ticker.price, ticker.price_step)
    last = f"{price(ticker.price, ticker.price_step)} {market.quote}"
    command = f"portfolio {asked.written} @{exact}"
    example = f"/portfolio {asked.written} @ {_round_example(ticker.price)}"
    if asked.at is not None or asked.note:
        return Reply(trades.which_price(market.base, last, example))  # a button forgets them
    button = Press(f"@ {exact}", command)
    said = trades.which_price(market.base, last, example)
    return Reply(said, ((button,),), asks=f"portfolio {asked.written} @")


def _round_example(last: Decimal) -> str:
    return plain(last.quantize(Decimal(1)) if last > 10 else last)


def _after_removal() -> tuple[tuple[Press, ...], ...]:
    return ((Press(_("↩ Undo"), "portfolio undo"), Press(_("💼 Portfolio"), "portfolio")),)
