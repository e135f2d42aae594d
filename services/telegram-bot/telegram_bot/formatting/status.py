"""How the bot and its sources are doing, and what it knows of this chat."""

from collections.abc import Sequence
from datetime import datetime

from common.condition import Condition, of_sources
from common.wire import ProviderState, TickerReply
from telegram_bot.formatting.html import bold, code, escape, italic
from telegram_bot.formatting.settings import value_of
from telegram_bot.formatting.source import source_name
from telegram_bot.formatting.time import age, clock_time
from telegram_bot.reader import _, later, reader

# The words that the dashboard uses too.
CONDITIONS: dict[Condition, str] = {
    "healthy": later("healthy"),
    "impaired": later("impaired"),
    "down": later("out of service"),
    "unknown": later("not known"),
}


def status(
    sources: Sequence[ProviderState] | None,
    newest: TickerReply | None,
    version: str,
    chat: str,
    now: datetime,
    snapshots: bool = False,
) -> str:
    """Return the whole answer.

    Args:
        sources: None: market data does not answer.
        newest: A price that was asked for just now; None: there is none.
        chat: What there is to say about this chat alone, a line of markup.
        snapshots: Whether what is kept is only copied to a safe place once a minute.
    """
    title = bold(_("Status"))
    state = of_sources(None if sources is None else [it.breaker for it in sources])
    return "\n".join(
        [
            f"🩺 {title}: {_(CONDITIONS[state])}",
            *_sources(sources),
            *_freshness(newest),
            "",
            chat,
            *_memory(snapshots),
            _("Bot {version}, {time}").format(version=code(version), time=clock_time(now)),
        ]
    )


def chat_line(private: bool, waiting: str | None, now: datetime) -> str:
    """Say how this chat is answered, and what it is asked for."""
    who = reader()
    kind = _("This chat") if private else _("This group")
    parts = [value_of(name, who, now) for name in ("language", "tz", "messages")]
    line = f"{kind}: {escape(' · '.join(parts))}"
    if waiting is None:
        return line
    asked = _("I am waiting for the end of {command}; /cancel ends that.").format(
        command=code(f"/{waiting}")
    )
    return f"{line}\n{asked}"


def _memory(snapshots: bool) -> list[str]:
    if not snapshots:
        return []
    return [_("I copy what I know once a minute: if my machine dies, its last minute is lost.")]


def _sources(sources: Sequence[ProviderState] | None) -> list[str]:
    if sources is None:
        return [_("⚠️ Market data does not answer right now.")]
    return [_source(state) for state in sources]


def _source(state: ProviderState) -> str:
    name = escape(source_name(state.name))
    if state.breaker == "open":
        seconds = max(1, round(state.retry_in_s or 0))
        resting = _("resting after errors, tried again in {seconds} s")
        return f"🔴 {name}: {resting.format(seconds=seconds)}"
    if not state.answers:
        ready = _("ready, not asked yet")
        return f"⚪ {name}: {ready}"
    answering = _("answers in {ms} ms").format(ms=state.latency_ms or 0)
    return f"🟢 {name}: {answering}"


def _freshness(newest: TickerReply | None) -> list[str]:
    if newest is None:
        return []
    told = _("{market} from {source}: {age}").format(
        market=escape(newest.symbol.replace("-", "/")),
        source=escape(source_name(newest.source)),
        age=age(newest.age_ms),
    )
    return [italic(told)]
