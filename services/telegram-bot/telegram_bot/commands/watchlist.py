"""/watchlist: one's own coins at a glance."""

from collections.abc import Sequence

from telegram_bot.commands import Command, Request, Services
from telegram_bot.commands.links import link, payload_of
from telegram_bot.commands.pages import page_of, turning
from telegram_bot.commands.price import offered
from telegram_bot.commands.words import NotUnderstood
from telegram_bot.formatting import watchlist
from telegram_bot.formatting.price import price_table
from telegram_bot.formatting.source import shown
from telegram_bot.reader import _, later
from telegram_bot.replies import Copy, Press, Reply, Rows

PAGE = 10
_A_ROW = 5


async def answer(request: Request, services: Services) -> Reply:
    """Show prices of the list, ten a page; `edit` offers to take coins off."""
    shares = [word.lower() for word in request.words] in (["share"], ["teilen"])
    number, edits = (1, False) if shares else _read(request.words)
    listed = await services.watchlists.watched(request.speaker.chat)
    if not listed:
        return Reply(watchlist.empty(), (await offered("watch", services),))
    if edits:
        return removing(listed)
    if shares:
        return _share(listed, request.bot)
    page = page_of(listed, number, PAGE)
    found = await services.market.tickers(page.items)
    return Reply(
        price_table(found.tickers, found.problems),
        _buttons([ticker.symbol for ticker in found.tickers], page.number, page.pages),
    )


def removing(listed: Sequence[str]) -> Reply:
    """Offer every listed coin to be taken off by a tap."""
    if not listed:
        return Reply(watchlist.empty())
    presses = [Press(f"➖ {shown(symbol).shown}", f"unwatch {symbol}") for symbol in listed]
    rows = [tuple(presses[start : start + 3]) for start in range(0, len(presses), 3)]
    back = Press(_("⭐ Watchlist"), "watchlist")
    return Reply(watchlist.edit_title(len(listed)), (*rows, (back,)))


def _share(listed: Sequence[str], bot: str) -> Reply:
    """Return a link that offers the list to whoever follows it; it holds as many as fit."""
    coins = list(dict.fromkeys(shown(symbol).base for symbol in listed))
    held = len(coins)
    while (payload := payload_of("watch", coins[:held])) is None and held > 1:
        held -= 1
    address = link(bot, payload or "watchlist")
    text = watchlist.shared(address, held, len(coins) - held)
    return Reply(text, ((Copy(_("📋 Link"), address), Press(_("⭐ Watchlist"), "watchlist")),))


def _read(words: Sequence[str]) -> tuple[int, bool]:
    number, edits = 1, False
    for word in words:
        if word.lower() == "edit":
            edits = True
        elif word.isdecimal() and len(word) <= 3:
            number = int(word)
        else:
            raise NotUnderstood(word)
    return number, edits


def _buttons(symbols: Sequence[str], number: int, pages: int) -> Rows:
    coins = [Press(shown(symbol).base, f"price {symbol}", fresh=True) for symbol in symbols]
    rows = [tuple(coins[start : start + _A_ROW]) for start in range(0, len(coins), _A_ROW)]
    turns = turning("watchlist", number, pages)
    refresh = Press(_("🔄 Refresh"), f"watchlist {number}")
    changes = (
        Press(_("✏️ Edit"), "watchlist edit"),
        Press(_("🔗 Share"), "watchlist share", fresh=True),
    )
    if turns:  # more than three in a row are cut off on a phone
        return (*rows, (*turns, refresh), changes)
    return (*rows, (refresh, *changes))


COMMAND = Command(
    name="watchlist",
    aliases=("w",),
    usage="/watchlist [page|edit|share]",
    summary=later("your coins at a glance"),
    examples=("/watchlist", "/watchlist edit", "/watchlist share"),
    answer=answer,
)
