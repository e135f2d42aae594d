"""The card of /atr: how far a market usually moves, and what follows from it."""

from decimal import Decimal

from common.wire import AtrReply, Side
from telegram_bot.formatting.atr_overview import atr_overview, regime_name
from telegram_bot.formatting.html import bold, code, escape, first_fitting, italic, pre
from telegram_bot.formatting.numbers import about, digits, in_style, price, share, spread
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
from telegram_bot.reader import _, plural

__all__ = ["atr_card", "atr_overview"]

_RAW_DIGITS = 7  # of the value before rounding: as many as 250 candles settle


def atr_card(reply: AtrReply, multiple: Decimal = Decimal(2), side: Side = "long") -> str:
    """Return the whole answer about one timeframe; a stop of `multiple` ATR was asked for."""
    side = reply.position.side if reply.position is not None else side
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
        *trend_line(reply, side),
        *sizing_line(reply, multiple, side),
        italic(_candles(reply)),
        f"<blockquote expandable>{_method(reply)}</blockquote>",
    ]
    return "\n".join(lines + closing_lines([(market.base, reply)]))


def _opening(reply: AtrReply) -> str:
    """Say in plain words what the number means."""
    market = shown(reply.symbol)
    if reply.atr == 0:
        return _("{coin} did not move at all in {candles}.").format(
            coin=market.base, candles=_closed_candles(reply.bars)
        )
    return _(
        "{coin} usually moves about {amount} in {time}; a stop closer than that is often hit "
        "by noise."
    ).format(
        coin=market.base,
        amount=quoted(escape(about(reply.atr)), reply.symbol),
        time=span(reply.timeframe),
    )


def _value(reply: AtrReply) -> str:
    """Say ATR and its share of the last closed close, named so where it is not the last price."""
    close = price(reply.close, reply.price_step)
    mark = "≈ " if reply.approximate else ""
    value = quoted(bold(spread(reply.atr, reply.price_step)), reply.symbol)
    if reply.close == reply.entry:
        part = _("{share} of {price}")
    else:
        part = _("{share} of the last close {price}")
    return f"{mark}{value} = {part.format(share=bold(share(reply.atr_pct)), price=close)}"


def _regime(reply: AtrReply) -> list[str]:
    if reply.regime is None:
        return []
    parts = [_("Volatility: {regime}").format(regime=bold(regime_name(reply.regime)))]
    if reply.ratio is not None:
        ratio = price(reply.ratio, Decimal("0.01"))
        parts.append(_("{ratio}× its 50-bar average").format(ratio=ratio))
    if reply.percentile is not None:
        parts.append(_("percentile {rank}").format(rank=reply.percentile))
    return [" · ".join(parts)]


def _doubts(reply: AtrReply) -> list[str]:
    lines = []
    if reply.approximate:
        candles = _closed_candles(reply.bars)
        lines.append(_("≈ stands on {candles}, not settled yet").format(candles=candles))
    missing = sum(gap.missing for gap in reply.gaps)
    if missing:
        gap = plural("gap: {count} candle missing", "gap: {count} candles missing", missing)
        lines.append(gap.format(count=missing))
    return lines


def _entry(reply: AtrReply) -> list[str]:
    """Say what the stops start from, where the line above does not already show that number."""
    if reply.entry == reply.close:
        return []
    entry = price(reply.entry, reply.price_step)
    if reply.entry == reply.price:
        return [_("Stops from the last price {price}").format(price=entry)]
    return [_("Stops from your entry {price}").format(price=entry)]


def _candles(reply: AtrReply) -> str:
    """Date the answer; a recording has an end, not a next candle."""
    if reply.quality == "recorded":
        return _("last closed candle {time}").format(time=until(reply.closed_at))
    now = asked_at(reply)
    closed = _("last closed candle {time}").format(time=moment(reply.closed_at, now))
    following = _("next {time}").format(time=relative(reply.next_close_at, now))
    return f"{closed} · {following}"


def _method(reply: AtrReply) -> str:
    n = reply.period
    # In code, or Telegram would make a command of "/14".
    formula = code(f"({n - 1}·ATR+TR)/{n}")
    candles = _closed_candles(reply.bars)
    if reply.built_from:
        candles = _("{candles} built from {timeframe}").format(
            candles=candles, timeframe=reply.built_from
        )
    return _(
        "Wilder ATR (RMA): TR=max(H−L,|H−C₋₁|,|L−C₋₁|); first ATR = mean of first {count} TR; "
        "then {formula}; {candles}, {source}. ATR before rounding: {value}. "
        "Not financial advice."
    ).format(
        count=n,
        formula=formula,
        candles=candles,
        source=escape(source_name(reply.source)),
        value=escape(in_style(digits(reply.atr, _RAW_DIGITS))),
    )


def _closed_candles(count: int) -> str:
    return plural("{count} closed candle", "{count} closed candles", count).format(count=count)
