"""The messages of alerts, in the reader's language."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from telegram_bot.alerts.machine import Look
from telegram_bot.alerts.rule_words import how_often, waits_for, what_happened
from telegram_bot.alerts.rules import PRICE, Alert
from telegram_bot.alerts.silence import Why
from telegram_bot.formatting import silence
from telegram_bot.formatting.html import bold, escape, italic, shortened
from telegram_bot.formatting.numbers import price, signed_percent
from telegram_bot.formatting.source import SIMULATED, shown
from telegram_bot.formatting.time import moment
from telegram_bot.reader import _, plural
from telegram_bot.replies import Press, Reply

_LATE_SECONDS = 120.0
_MOST_LINES = 20


def fired(alert: Alert, look: Look, now: float, direction: str, change: Decimal | None) -> Reply:
    """Return the message of an alert that has fired.

    Args:
        alert: As it was when it fired, `look`: at what.
        change: Over 24 hours, in percent.
    """
    rule = alert.rule
    day = "" if change is None else f" · 24h {signed_percent(change)}"
    lines = [
        f"🔔 {bold(what_happened(rule, direction, alert.step))}",
        _("Now {price}").format(price=price(look.price, alert.step)) + day,
    ]
    if rule.note:
        lines.append(f"📝 {escape(rule.note)}")
    lines.append(italic(_closing(alert, look.at, now)))
    if look.simulated:
        lines.append(italic(_(SIMULATED)))
    base = shown(rule.symbol).base
    again = Press("🔁 " + _("Re-arm"), f"alert {alert.number} arm", fresh=True)
    others = (
        Press("📏 ATR", f"atr {rule.symbol}", fresh=True),
        Press("📈 " + _("Chart"), f"chart {rule.symbol}", fresh=True),
    )
    first = again if rule.repeat == "once" else Press("🔔 " + base, f"alert {alert.number}", True)
    return Reply("\n".join(lines), ((first, *others),))


def line(alert: Alert, at: float, now: float, direction: str, last: Decimal) -> str:
    """Return the same in one line, for a message about several."""
    text = escape(what_happened(alert.rule, direction, alert.step))
    seen = moment(_time(at), _time(now))
    note = f" · {escape(shortened(alert.rule.note))}" if alert.rule.note else ""
    return f"#{alert.number} {text} · {price(last, alert.step)} · {seen}{note}"


def several(lines: Sequence[str]) -> Reply:
    """Return one message about many alerts that fired together."""
    head = plural("{count} alert", "{count} alerts", len(lines)).format(count=len(lines))
    more = len(lines) - _MOST_LINES
    listed = list(lines[:_MOST_LINES])
    if more > 0:
        listed.append(_("and {count} more").format(count=more))
    button = Press("🔔 " + _("All alerts"), "alerts", fresh=True)
    return Reply("\n".join([f"🔔 {bold(head)}", *listed]), ((button,),))


def given_up(paused: Sequence[Alert], why: Why) -> Reply:
    """Say which alerts are paused because their market does not answer, and what to do.

    Args:
        paused: Of one chat and market, at least one.
    """
    market = shown(paused[0].rule.symbol).shown
    lines = [
        f"{bold(f'#{alert.number}')} {waits_for(alert.rule, alert.step)}"
        for alert in paused[:_MOST_LINES]
    ]
    if len(paused) > _MOST_LINES:
        lines.append(_("and {count} more").format(count=len(paused) - _MOST_LINES))
    count = len(paused)
    text = plural("{reason} This alert is paused:", "{reason} These alerts are paused:", count)
    advice = _("Delete what you no longer need, or re-arm it when {market} is back.")
    button = Press("🔔 " + _("All alerts"), "alerts", fresh=True)
    said = [
        silence.headline(paused[0].rule.symbol),
        text.format(reason=silence.reason(listed=why != "not listed")),
        *lines,
        advice.format(market=escape(market)),
    ]
    return Reply("\n".join(said), ((button,),))


def missed(lines: Sequence[str]) -> str:
    """Return what a person is told who was away."""
    head = _("While I could not reach you:")
    return "\n".join([bold(head), *lines[-_MOST_LINES:]])


def _closing(alert: Alert, at: float, now: float) -> str:
    seen = moment(_time(at), _time(now))
    how = how_often(alert.rule)
    if alert.rule.repeat == "once":
        how = _("once, now off")
    passed = _("crossed {time}") if alert.rule.measure == PRICE else _("seen {time}")
    if now - at > _LATE_SECONDS:
        passed = _("it happened {time}, while I was away")
    number = _("alert #{number}").format(number=alert.number)
    return f"{number}, {how} · {passed.format(time=seen)}"


def _time(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
