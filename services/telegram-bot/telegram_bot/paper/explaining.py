"""Why presets did what they did, in the reader's language."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from telegram_bot.formatting.html import bold, code
from telegram_bot.formatting.numbers import price
from telegram_bot.formatting.presets import preset_name
from telegram_bot.formatting.source import shown
from telegram_bot.formatting.time import moment
from telegram_bot.paper.book import Decided
from telegram_bot.reader import _, later

FOLLOWED = {
    "nothing": later("nothing to do"),
    "nothing held": later("nothing was held"),
    "sold": later("sold"),
    "bought": later("bought"),
    "held already": later("held already"),
    "too little": later("too little cash for the smallest position"),
}


def why(decisions: Sequence[Decided], now: float) -> str:
    """Explain the last decisions, newest first."""
    if not decisions:
        return _("No preset has decided anything yet. Try {example}.").format(
            example=code("/paper auto BTC 4h st 10 3 risk 1%")
        )
    lines = ["🤖 " + bold(_("Why the presets did what they did"))]
    at_now = datetime.fromtimestamp(now, UTC)
    for one in decisions[:8]:
        closed = moment(datetime.fromtimestamp(one.at, UTC), at_now)
        market = f"{shown(one.symbol).shown} · {one.timeframe} · {preset_name(one.preset)}"
        lines.append(f"\n{closed} · {market}\n{why_line(one)}")
    return "\n".join(lines)


def why_line(one: Decided, *, followed: bool = True) -> str:
    """Explain one decision: close, level, trend, and what followed."""
    said = _reason(one).format(close=price(one.close), level=_level(one))
    return f"{said} → {_(FOLLOWED.get(one.followed, one.followed))}" if followed else said


def _level(one: Decided) -> str:
    return "?" if one.level is None else price(Decimal(repr(one.level)))


def _reason(one: Decided) -> str:
    if one.level is None:
        return _("Closed at {close}; too few candles yet")
    if one.action == "enter":
        return _("Closed at {close}, above {level}: the trend turned up")
    if one.action == "leave":
        return _("Closed at {close}, below {level}: the trend turned down")
    if one.trend == "up":
        return _("Closed at {close}: still up, turns below {level}")
    return _("Closed at {close}: not up, turns above {level}")
