"""One alert as a card, and many as a list: what it waits for, and how far away that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from telegram_bot.alerts.rule_words import how_long, how_often, waits_for
from telegram_bot.alerts.rules import PRICE, Alert, Kind
from telegram_bot.formatting.html import bold, code, escape, italic, shortened
from telegram_bot.formatting.numbers import plain, price, share, times
from telegram_bot.formatting.source import shown
from telegram_bot.formatting.time import moment
from telegram_bot.reader import _

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Now:
    """What is known of an alert's market as a card is written; None: not known.

    Attributes:
        price: In the quote asset.
        value: Of the measure: the price itself, a share, or a ratio.
        atr: In the quote asset, over `atr_span`.
    """

    price: Decimal | None = None
    value: Decimal | None = None
    atr: Decimal | None = None
    atr_span: str = "4h"


def distance(alert: Alert, now: Now) -> Decimal | None:
    """Return how far the price is from an alert's threshold, in percent of the price."""
    if alert.rule.measure != PRICE or not now.price:
        return None
    return abs(alert.rule.threshold - now.price) * _HUNDRED / now.price


def was_set(alert: Alert, now: Now, at: float) -> str:
    """Return the confirmation: what was understood, and how far away it is."""
    headline = _("Alert {number} set: {rule}").format(
        number=bold(f"#{alert.number}"), rule=waits_for(alert.rule, alert.step)
    )
    return "\n".join([f"🔔 {headline}", *_details(alert, now, at)])


def is_past(alert: Alert, now: Now) -> str:
    """Say that the measure is beyond the threshold, so that it must come back first."""
    rule = alert.rule
    up = rule.direction == "up"
    level = _level(alert, rule.threshold)
    value = now.price if rule.measure == PRICE else now.value
    if rule.measure == PRICE:
        what = shown(rule.symbol).base
    else:
        what = _("ATR of {coin}").format(coin=shown(rule.symbol).base)
        if rule.measure.kind is Kind.REGIME:
            what = _("The volatility of {coin}").format(coin=shown(rule.symbol).base)
    text = (
        _(
            "{what} is already above {level} (now {value}). "
            "The alert waits for a drop below and a new cross."
        )
        if up
        else _(
            "{what} is already below {level} (now {value}). "
            "The alert waits for a rise above and a new cross."
        )
    )
    return escape(
        text.format(what=what, level=level, value="?" if value is None else _level(alert, value))
    )


def card(alert: Alert, now: Now, at: float) -> str:
    """Return everything about one alert."""
    head = f"🔔 {bold(f'#{alert.number}')} {waits_for(alert.rule, alert.step)}"
    lines = [head, *_details(alert, now, at)]
    if (state := _state(alert, at)) is not None:
        lines.append(italic(state))
    return "\n".join(lines)


def line(alert: Alert, now: Now, at: float) -> str:
    """Return one alert in one line of a list."""
    parts = [f"{bold(f'#{alert.number}')} {waits_for(alert.rule, alert.step)}"]
    if (far := distance(alert, now)) is not None:
        parts.append(_("{percent} away").format(percent=share(far)))
    parts.append(how_often(alert.rule))
    if (state := _state(alert, at)) is not None:
        parts.append(state)
    if alert.rule.note:
        parts.append(escape(shortened(alert.rule.note, 30)))
    return " · ".join(parts)


def overview(lines: Sequence[str], count: int, most: int) -> str:
    """Return the list under its headline."""
    head = _("Alerts ({count}/{most})").format(count=count, most=most)
    return "\n".join([f"🔔 {bold(head)}", *lines])


def none_yet(with_atr: bool) -> str:
    """Return the list of who has no alerts: it teaches, also about ATR where that is offered."""
    head = _("No alerts yet.")
    return f"🔔 {bold(head)}\n{how_to_begin(with_atr)}"


def how_to_begin(with_atr: bool) -> str:
    """Return examples of alerts to copy."""
    lines = [
        _("Tell me what to watch, for example:"),
        f"{code('/alert BTC > 70k')} — " + _("a price is crossed"),
        f"{code('/alert BTC -5%')} — " + _("from where it is now"),
        f"{code('/alert ETH 3% 1h')} — " + _("it moves fast"),
    ]
    if with_atr:
        lines += [
            f"{code('/alert BTC atr 2 4h')} — " + _("a candle of more than 2 ATR"),
            f"{code('/alert BTC st 4h every 1h')} — " + _("Supertrend flips"),
        ]
    return "\n".join(lines)


def _details(alert: Alert, now: Now, at: float) -> list[str]:
    known = _now(alert, now)
    parts = [known] if known else []
    parts += [how_often(alert.rule), how_long(alert.rule, at)]
    lines = [" · ".join(parts)]
    if alert.rule.note:
        lines.append(f"📝 {escape(alert.rule.note)}")
    return lines


def _now(alert: Alert, now: Now) -> str | None:
    """Say where the measure is now, and how far that is from the threshold."""
    rule = alert.rule
    if rule.measure.kind is Kind.BREAKOUT and now.atr is not None:
        size = price(rule.threshold * now.atr, alert.step)
        return _("{multiple} ATR is {size} now").format(multiple=plain(rule.threshold), size=size)
    if rule.measure.kind in (Kind.ATR_SHARE, Kind.REGIME):
        value = None if now.value is None else _level(alert, now.value)
        return None if value is None else _("Now {price}").format(price=escape(value))
    if now.price is None:
        return None
    text = _("Now {price}").format(price=price(now.price, alert.step))
    far = distance(alert, now)
    if far is None:
        return text
    away = _("{percent} away").format(percent=share(far))
    if now.atr:
        ratio = abs(rule.threshold - now.price) / now.atr
        away += f" ≈ {times(ratio.quantize(Decimal('0.1')))} × ATR {now.atr_span}"
    return f"{text} ({away})"


def _level(alert: Alert, value: Decimal) -> str:
    match alert.rule.measure.kind:
        case Kind.ATR_SHARE:
            return share(value)
        case Kind.REGIME:
            return f"{times(value)}x"
    return price(value, alert.step)


def _state(alert: Alert, at: float) -> str | None:
    match alert.state:
        case "waiting":
            return _("waits for the other side first")
        case "resting" if alert.wakes_at is not None:
            wakes = datetime.fromtimestamp(alert.wakes_at, UTC)
            time = moment(wakes, datetime.fromtimestamp(at, UTC))
            return _("rests until {time}").format(time=time)
        case "paused":
            return "⏸ " + _("paused")
        case "fired":
            return "✅ " + _("has fired, now off")
        case "expired":
            return _("has run out")
    return None
