"""/watch: put coins on one's own list."""

from collections.abc import Sequence

from common.errors import BadInput
from common.wire import Problem
from telegram_bot.commands import Command, Request, Services
from telegram_bot.commands.price import MOST, offered, tickers_as_usual
from telegram_bot.commands.words import market, priced_in, without_repeats, words_of
from telegram_bot.formatting import trouble, watchlist
from telegram_bot.ports import error_from
from telegram_bot.reader import _, later
from telegram_bot.replies import Press, Reply, Rows
from telegram_bot.watchlists import MOST_WATCHED


async def answer(request: Request, services: Services) -> Reply:
    """Add up to ten coins at once, and say which ones there were no market for."""
    words = without_repeats(priced_in(words_of(" ".join(request.words))))
    if not words:
        return Reply(watchlist.empty(), (await offered("watch", services),), asks="watch")
    if len(words) > MOST:
        raise BadInput(trouble.too_many(MOST))
    found = await tickers_as_usual([market(word) for word in words], services)
    symbols = without_repeats(ticker.symbol for ticker in found.tickers)
    if not symbols:
        raise error_from(found.problems[0])
    before = await services.watchlists.watched(request.speaker.chat)
    added = await services.watchlists.watch(request.speaker.chat, symbols)
    return Reply("\n".join(_said(symbols, before, added, found.problems)), _buttons(added))


def _said(
    symbols: Sequence[str], before: Sequence[str], added: Sequence[str], problems: Sequence[Problem]
) -> list[str]:
    known = [symbol for symbol in symbols if symbol in before]
    left_out = [symbol for symbol in symbols if symbol not in (*added, *known)]
    lines = []
    if added:
        lines.append(watchlist.added(added))
    if known:
        lines.append(watchlist.known(known))
    if left_out:
        lines.append(watchlist.full(MOST_WATCHED, left_out))
    lines += [
        trouble.not_found(problem.asked or "", problem.suggestions or ()) for problem in problems
    ]
    return lines


def _buttons(added: Sequence[str]) -> Rows:
    shown = Press(_("⭐ Watchlist"), "watchlist")
    undo = Press(_("↩ Undo"), " ".join(("unwatch", *added)))
    return ((shown, undo) if added and undo.fits else (shown,),)


COMMAND = Command(
    name="watch",
    usage=f"/watch SYMBOL… (up to {MOST})",
    summary=later("put coins on your watchlist"),
    examples=("/watch BTC", "/watch eth sol xrp"),
    answer=answer,
)
