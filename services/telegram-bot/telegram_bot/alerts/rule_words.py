"""What an alert waits for, what it saw, and how often it tells, in the reader's language."""

from datetime import UTC, datetime
from decimal import Decimal

from telegram_bot.alerts.rules import PRICE, Kind, Rule
from telegram_bot.formatting.html import bold, escape
from telegram_bot.formatting.numbers import plain, price, share, signed_percent, times
from telegram_bot.formatting.source import shown
from telegram_bot.formatting.time import moment, span
from telegram_bot.reader import _, later

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
    return _("until {time}").format(
        time=moment(datetime.fromtimestamp(rule.expires_at, UTC), datetime.fromtimestamp(now, UTC))
    )


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


def _span(rule: Rule) -> str:
    assert rule.measure.span is not None
    return span(rule.measure.span)
