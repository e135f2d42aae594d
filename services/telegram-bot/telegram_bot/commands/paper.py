"""/paper: trade on paper, by hand or by a preset."""

from collections.abc import Awaitable, Callable, Mapping

from telegram_bot.commands import (
    Command,
    Request,
    Services,
    paper_account,
    paper_auto,
    paper_levels,
    paper_orders,
)
from telegram_bot.commands.words import words_of
from telegram_bot.reader import _, later
from telegram_bot.replies import Reply

_Do = Callable[[Request, list[str], Services], Awaitable[Reply]]
_VERBS: Mapping[str, _Do] = {
    "buy": paper_orders.buy,
    "sell": paper_orders.sell,
    "stop": paper_levels.stop,
    "target": paper_levels.target,
    "trail": paper_levels.trail,
    "auto": paper_auto.auto,
    "why": paper_auto.why,
    "stats": paper_account.stats,
    "reset": paper_account.reset,
}


_ALSO = {"kauf": "buy", "kaufe": "buy", "verkauf": "sell", "verkaufe": "sell", "warum": "why"}


async def answer(request: Request, services: Services) -> Reply:
    """Do what the first word says; without one, show the account."""
    words = words_of(" ".join(request.words))
    if not words:
        return await paper_account.show(request, words, services)
    word = words[0].lower()
    do = _VERBS.get(_ALSO.get(word, word))
    if do is None:
        return Reply(_("/paper takes {verbs}.").format(verbs=", ".join(_VERBS)))
    return await do(request, words[1:], services)


COMMAND = Command(
    name="paper",
    usage="/paper [buy|sell|stop|target|trail|auto|why|stats|reset] …",
    summary=later("trade on paper, by hand or by a preset: no exchange, no money"),
    examples=(
        "/paper buy BTC 500",
        "/paper buy BTC risk 1% 2x trail",
        "/paper auto BTC 4h st 10 3 risk 1%",
        "/paper stats",
    ),
    answer=answer,
    flag="paper",
)
