"""/unwatch: take coins off one's own list."""

from collections.abc import Sequence

from telegram_bot.commands import Command, Request, Services
from telegram_bot.commands.watchlist import removing
from telegram_bot.commands.words import market, shorten, words_of
from telegram_bot.formatting import watchlist
from telegram_bot.reader import _, later
from telegram_bot.replies import Press, Reply, Rows


async def answer(request: Request, services: Services) -> Reply:
    """Take coins off, by their market or by their name alone; without any, offer those listed."""
    chat = request.speaker.chat
    words = words_of(" ".join(request.words))
    listed = await services.watchlists.watched(chat)
    if not words:
        return removing(listed)
    meant = {word: _meant(market(word), listed) for word in words}
    gone = await services.watchlists.unwatch(
        chat, [symbol for symbols in meant.values() for symbol in symbols]
    )
    lines = [watchlist.removed(gone)] if gone else []
    if strangers := [shorten(word) for word, symbols in meant.items() if not symbols]:
        lines.append(watchlist.not_watched(strangers))
    return Reply("\n".join(lines), _buttons(gone))


def _meant(name: str, listed: Sequence[str]) -> list[str]:
    """Return the listed markets of a name: `BTC` means all that are of it."""
    return [symbol for symbol in listed if name in (symbol, symbol.partition("-")[0])]


def _buttons(gone: Sequence[str]) -> Rows:
    shown = Press(_("⭐ Watchlist"), "watchlist")
    undo = Press(_("↩ Undo"), " ".join(("watch", *gone)))
    return ((undo, shown) if gone and undo.fits else (shown,),)


COMMAND = Command(
    name="unwatch",
    usage="/unwatch SYMBOL…",
    summary=later("take coins off your watchlist"),
    examples=("/unwatch BTC", "/unwatch eth sol"),
    answer=answer,
)
