"""How far a market usually moves on several timeframes at a glance."""

from collections.abc import Iterator, Sequence

from common.wire import AtrReply
from telegram_bot.formatting.html import escape, first_fitting, italic, pre, table
from telegram_bot.formatting.numbers import share, spread
from telegram_bot.formatting.source import closing_lines, shown, source_name
from telegram_bot.formatting.unit import unit
from telegram_bot.reader import _


def atr_overview(replies: Sequence[AtrReply], *, closing: bool = True) -> str:
    """Return one row a timeframe; with at least one reply, all about the same market and period.

    Args:
        replies: One a timeframe, shortest first.
        closing: Whether to end with the notes about simulated and recorded prices: not where a card
            follows in the same message, which ends with them.
    """
    first = replies[0]
    market = shown(first.symbol)
    source = escape(source_name(first.source))
    headline = f"📏 <b>ATR({first.period}) · {market.shown}</b> · {source}"
    rows = [
        (
            reply.timeframe,
            spread(reply.atr, reply.price_step),
            _percent(reply),
            regime_name(reply.regime) if reply.regime else "n/a",
        )
        for reply in replies
    ]
    lines = [headline, pre(first_fitting(_overviews(rows, unit(first.symbol) or "ATR")))]
    if any(reply.approximate for reply in replies):
        lines.append(italic(_("~ stands on few candles, not settled yet")))
    if closing:
        lines += closing_lines([(reply.timeframe, reply) for reply in replies])
    return "\n".join(lines)


def _overviews(rows: Sequence[tuple[str, str, str, str]], heading: str) -> Iterator[list[str]]:
    headed = [("", heading, "ATR %", _("regime")), *rows]
    yield table(headed, "lrrl", gaps=2)
    yield table(headed, "lrrl")
    yield table([row[:3] for row in headed], "lrr")
    yield table([(timeframe, share, regime) for timeframe, __, share, regime in headed], "lrl")


def regime_name(regime: str) -> str:
    """Return how volatile a market is against itself, in the reader's language."""
    names = {"high": _("high"), "rising": _("rising"), "normal": _("normal"), "low": _("low")}
    return names.get(regime, regime)


def _percent(reply: AtrReply) -> str:
    return ("~" if reply.approximate else "") + share(reply.atr_pct)
