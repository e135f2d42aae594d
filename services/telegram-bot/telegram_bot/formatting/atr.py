"""The card of /atr: how far a market usually moves, and what follows from it."""

from decimal import Decimal

from common.wire import AtrReply
from telegram_bot.formatting.atr_overview import atr_overview
from telegram_bot.formatting.html import bold, code, escape, first_fitting, italic, pre
from telegram_bot.formatting.numbers import about, digits, price, share, spread
from telegram_bot.formatting.source import (
    asked_at,
    closing_lines,
    shown,
    source_name,
    stale_warning,
)
from telegram_bot.formatting.stops import sizing_line, stop_layouts, trend_line
from telegram_bot.formatting.time import moment, relative, span, until
from telegram_bot.formatting.unit import quoted

__all__ = ["atr_card", "atr_overview"]

_NOISE = "a stop closer than that is often hit by noise."
_RAW_DIGITS = 7  # of the value before rounding: as many as 250 candles settle


def atr_card(reply: AtrReply, multiple: Decimal = Decimal(2)) -> str:
    """Return the whole answer about one timeframe; `multiple` is the stop that was asked for."""
    market = shown(reply.symbol)
    lines = [stale_warning(reply.price, reply.price_step, reply)] if reply.stale else []
    lines += [
        _opening(reply),
        f"📏 <b>ATR({reply.period}) · {market.shown} · {reply.timeframe}</b>",
        _value(reply),
        *_regime(reply),
        *_doubts(reply),
        *_entry(reply),
        pre(first_fitting(stop_layouts(reply))),
        *trend_line(reply),
        *sizing_line(reply, multiple),
        italic(_candles(reply)),
        f"<blockquote expandable>{_method(reply)}</blockquote>",
    ]
    return "\n".join(lines + closing_lines([(market.base, reply)]))


def _opening(reply: AtrReply) -> str:
    """Say in plain words what the number means."""
    market = shown(reply.symbol)
    if reply.atr == 0:
        return f"{market.base} did not move at all in {_counted(reply.bars, 'closed candle')}."
    return (
        f"{market.base} usually moves about {quoted(escape(about(reply.atr)), reply.symbol)} "
        f"in {span(reply.timeframe)}; {_NOISE}"
    )


def _value(reply: AtrReply) -> str:
    """Say ATR and its share of the last closed close, named so where it is not the last price."""
    close = price(reply.close, reply.price_step)
    label = "" if reply.close == reply.entry else "the last close "
    mark = "≈ " if reply.approximate else ""
    return (
        f"{mark}{quoted(bold(spread(reply.atr, reply.price_step)), reply.symbol)} "
        f"= {bold(share(reply.atr_pct))} of {label}{close}"
    )


def _regime(reply: AtrReply) -> list[str]:
    if reply.regime is None:
        return []
    parts = [f"Volatility: {bold(reply.regime)}"]
    if reply.ratio is not None:
        parts.append(f"{price(reply.ratio, Decimal('0.01'))}× its 50-bar average")
    if reply.percentile is not None:
        parts.append(f"percentile {reply.percentile}")
    return [" · ".join(parts)]


def _doubts(reply: AtrReply) -> list[str]:
    lines = []
    if reply.approximate:
        lines.append(f"≈ stands on {_counted(reply.bars, 'closed candle')}, not settled yet")
    missing = sum(gap.missing for gap in reply.gaps)
    if missing:
        lines.append(f"gap: {_counted(missing, 'candle')} missing")
    return lines


def _entry(reply: AtrReply) -> list[str]:
    """Say what the stops start from, where the line above does not already show that number."""
    if reply.entry == reply.close:
        return []
    kind = "the last price" if reply.entry == reply.price else "your entry"
    return [f"Stops from {kind} {price(reply.entry, reply.price_step)}"]


def _candles(reply: AtrReply) -> str:
    """Date the answer; a recording has an end, not a next candle."""
    if reply.quality == "recorded":
        return f"last closed candle {until(reply.closed_at)}"
    now = asked_at(reply)
    return (
        f"last closed candle {moment(reply.closed_at, now)} "
        f"· next {relative(reply.next_close_at, now)}"
    )


def _method(reply: AtrReply) -> str:
    n = reply.period
    # In code, or Telegram would make a command of "/14".
    formula = code(f"({n - 1}·ATR+TR)/{n}")
    built = f" built from {reply.built_from}" if reply.built_from else ""
    return (
        f"Wilder ATR (RMA): TR=max(H−L,|H−C₋₁|,|L−C₋₁|); first ATR = mean of first {n} TR; "
        f"then {formula}; {_counted(reply.bars, 'closed candle')}{built}, "
        f"{escape(source_name(reply.source))}. "
        f"ATR before rounding: {escape(digits(reply.atr, _RAW_DIGITS))}. Not financial advice."
    )


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"
