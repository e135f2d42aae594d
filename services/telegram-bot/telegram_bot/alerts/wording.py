"""What alerts say, in the reader's language."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from telegram_bot.alerts.machine import Look
from telegram_bot.alerts.rules import PRICE, Alert, Kind, Rule
from telegram_bot.alerts.silence import Why
from telegram_bot.formatting.html import bold, escape, italic, shortened
from telegram_bot.formatting.numbers import plain, price, share, signed_percent, times
from telegram_bot.formatting.source import SIMULATED, shown
from telegram_bot.formatting.time import moment, span
from telegram_bot.ports import Press, Reply
from telegram_bot.reader import _, later, plural

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
    head = _("I can no longer watch {market}.").format(market=market)
    reasons = {
        "not listed": _("No exchange that I ask lists it any more."),
        "no prices": _("It has had no price that I can trust for a day."),
    }
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
        f"🔕 {bold(head)}",
        text.format(reason=reasons[why]),
        *lines,
        advice.format(market=escape(market)),
    ]
    return Reply("\n".join(said), ((button,),))


def missed(lines: Sequence[str]) -> str:
    """Return what a person is told who was away."""
    head = _("While I could not reach you:")
    return "\n".join([bold(head), *lines[-_MOST_LINES:]])


# How each kind of alert says what it saw: upwards, and downwards.
_CROSSED = (later("{coin} crossed above {level}"), later("{coin} crossed below {level}"))
_HAPPENED = {
    Kind.PRICE: _CROSSED,
    Kind.PRICE_AT: _CROSSED,
    Kind.MINUTE_AT: _CROSSED,
    Kind.MOVE: (
        later("{coin} rose {percent} within {window}"),
        later("{coin} fell {percent} within {window}"),
    ),
    Kind.BREAKOUT: (
        later("{coin} closed {multiple} ATR up on {span}"),
        later("{coin} closed {multiple} ATR down on {span}"),
    ),
    Kind.ATR_SHARE: (
        later("{coin} ATR on {span} rose above {percent}"),
        later("{coin} ATR on {span} fell below {percent}"),
    ),
    Kind.REGIME: (
        later("{coin} volatility on {span} rose above {ratio}x its average"),
        later("{coin} volatility on {span} fell below {ratio}x its average"),
    ),
    Kind.SUPERTREND: (
        later("{coin} Supertrend turned up on {span}"),
        later("{coin} Supertrend turned down on {span}"),
    ),
}


def what_happened(rule: Rule, direction: str, step: Decimal) -> str:
    """Say as plain text what an alert saw: `BTC crossed above 70,000.00`."""
    base, size = shown(rule.symbol).base, rule.threshold
    if rule.measure == PRICE and rule.percent is not None and rule.anchor is not None:
        text = _("{coin} moved {percent} from {anchor}")
        percent = signed_percent(rule.percent)
        return text.format(coin=base, percent=percent, anchor=price(rule.anchor, step))
    upwards, downwards = _HAPPENED[rule.measure.kind]
    window = _span(rule) if rule.measure.span is not None else ""
    text = upwards if direction == "up" else downwards
    return _(text).format(
        coin=base,
        level=price(size, step),
        percent=share(size),
        multiple=plain(size),
        ratio=times(size),
        window=window,
        span=window,
    )


def waits_for(rule: Rule, step: Decimal) -> str:
    """Say as markup what an alert waits for: `BTC/USDT crosses <b>above 70,000.00</b>`."""
    market, size, way = escape(shown(rule.symbol).shown), rule.threshold, rule.direction
    match rule.measure.kind:
        case Kind.PRICE | Kind.PRICE_AT | Kind.MINUTE_AT:
            side = _("above {level}") if way == "up" else _("below {level}")
            text = _("{market} crosses {level}").format(
                market=market, level=bold(side.format(level=price(size, step)))
            )
            return text if rule.percent is None else f"{text} ({signed_percent(rule.percent)})"
        case Kind.MOVE:
            text = {
                "up": _("{market} rises {percent} within {window}"),
                "down": _("{market} falls {percent} within {window}"),
                "any": _("{market} moves {percent} within {window}"),
            }[way]
            return text.format(market=market, percent=bold(share(size)), window=_span(rule))
        case Kind.BREAKOUT:
            text = {
                "up": _("a {span} candle of {market} closes {multiple} up"),
                "down": _("a {span} candle of {market} closes {multiple} down"),
                "any": _("a {span} candle of {market} closes {multiple} away"),
            }[way]
            multiple = bold(f"{plain(size)} ATR")
            return text.format(market=market, span=_span(rule), multiple=multiple)
        case Kind.ATR_SHARE:
            side = _("above {level}") if way == "up" else _("below {level}")
            text = _("ATR of {market} on {span} goes {level}")
            level = bold(side.format(level=share(size)))
            return text.format(market=market, span=_span(rule), level=level)
        case Kind.REGIME:
            side = _("above {level}") if way == "up" else _("below {level}")
            text = _("volatility of {market} on {span} goes {level} its average")
            level = bold(side.format(level=f"{times(size)}x"))
            return text.format(market=market, span=_span(rule), level=level)
        case Kind.SUPERTREND:
            text = {
                "up": _("Supertrend of {market} turns up on {span}"),
                "down": _("Supertrend of {market} turns down on {span}"),
                "any": _("Supertrend of {market} flips on {span}"),
            }[way]
            return text.format(market=market, span=_span(rule))


def how_often(rule: Rule) -> str:
    """Return `once`, `every 1h` or `reminds every 1h`."""
    if rule.repeat == "once":
        return _("once")
    text = _("every {length}") if rule.repeat == "every" else _("reminds every {length}")
    return text.format(length=length(rule.pause))


def how_long(rule: Rule, now: float) -> str:
    """Return `no expiry`, or until when, as markup."""
    if rule.expires_at is None:
        return _("no expiry")
    return _("until {time}").format(time=moment(_time(rule.expires_at), _time(now)))


def length(seconds: float) -> str:
    """Write a length of time as it is typed.

    >>> length(3600), length(5400), length(604800)
    ('1h', '90m', '7d')
    """
    whole = int(seconds)
    for size, unit in ((86_400, "d"), (3_600, "h")):
        if whole and whole % size == 0:
            return f"{whole // size}{unit}"
    return f"{whole // 60}m"


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


def _span(rule: Rule) -> str:
    assert rule.measure.span is not None
    return span(rule.measure.span)


def _time(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
