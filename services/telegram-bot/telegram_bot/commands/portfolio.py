"""/portfolio: a notebook of one's own trades, and what became of them."""

from collections.abc import Awaitable, Callable

from telegram_bot.commands import (
    Command,
    Request,
    Services,
    portfolio_files,
    portfolio_trades,
    portfolio_view,
)
from telegram_bot.commands.words import words_of
from telegram_bot.reader import later
from telegram_bot.replies import Reply

_Part = Callable[[Request, Services], Awaitable[Reply]]
_PARTS: dict[str, _Part] = {
    "add": portfolio_trades.buy,
    "buy": portfolio_trades.buy,
    "kauf": portfolio_trades.buy,
    "kaufe": portfolio_trades.buy,
    "sell": portfolio_trades.sell,
    "verkauf": portfolio_trades.sell,
    "verkaufe": portfolio_trades.sell,
    "remove": portfolio_trades.remove,
    "undo": portfolio_trades.undo,
    "clear": portfolio_trades.clear,
    "trades": portfolio_view.trades,
    "export": portfolio_files.export,
    "csv": portfolio_files.export,
    "import": portfolio_files.take_in,
}


async def answer(request: Request, services: Services) -> Reply:
    """Do what the first word says; any other word is a coin or a page to look at."""
    if request.file is not None:
        return await portfolio_files.take_in(request, services)
    words = request.words
    part = _PARTS.get(words[0].lower()) if words else None
    if part is None:
        return await portfolio_view.look(words_of(" ".join(words)), request.speaker.chat, services)
    return await part(request, services)


COMMAND = Command(
    name="portfolio",
    aliases=("pf",),
    usage=(
        "/portfolio [add|sell SYMBOL AMOUNT @ PRICE [day] [fee 4] [note …] | SYMBOL | trades | "
        "remove NUMBER | undo | clear | export | import]"
    ),
    summary=later("what you own, what it cost and what became of it"),
    examples=(
        "/portfolio",
        "/portfolio add BTC 0.5 @ 61200",
        "/portfolio sell BTC 0.1 @ 70k fee 4",
        "/portfolio trades",
        "/portfolio export",
        "/portfolio import",
    ),
    answer=answer,
    flag="portfolio",
)
