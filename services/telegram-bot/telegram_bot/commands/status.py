"""/status: how the sources are doing, how fresh prices are, what runs, and how this chat is set."""

import asyncio

from common import wire
from common.condition import of_sources
from common.errors import Unavailable
from telegram_bot.commands import Command, Request, Services
from telegram_bot.formatting.status import chat_line, status
from telegram_bot.reader import _, later
from telegram_bot.replies import Press, Reply

_PROBE = "BTC"


async def answer(request: Request, services: Services) -> Reply:
    """Answer even when nobody else does: that is what it is asked for."""
    speaker, now = request.speaker, services.clock.now()
    sources, newest = await asyncio.gather(_sources(services), _newest(services))
    waiting = await services.people.asked(speaker.chat) if speaker.private else None
    chat = chat_line(speaker.private, waiting, now)
    again = Press(_("🔄 Refresh"), "status")
    text = status(sources, newest, services.version, chat, now, services.snapshots)
    return Reply(text, ((again,),))


async def condition(services: Services) -> dict[str, object]:
    """Return what /status says in a word, for who asks from outside."""
    sources = await _sources(services)
    if sources is None:
        return {"condition": of_sources(None), "silent": "market-data"}
    resting = [it.name for it in sources if it.breaker == "open"]
    return {"condition": of_sources([it.breaker for it in sources]), "resting": resting}


async def _sources(services: Services) -> list[wire.ProviderState] | None:
    try:
        return (await services.market.providers()).providers
    except Unavailable:
        return None


async def _newest(services: Services) -> wire.TickerReply | None:
    try:
        found = await services.market.tickers([_PROBE])
    except Unavailable:
        return None
    return found.tickers[0] if found.tickers else None


COMMAND = Command(
    name="status",
    usage="/status",
    summary=later("how my sources are doing, how fresh prices are, which version runs"),
    examples=("/status",),
    answer=answer,
    groups="everybody",
)
