"""How far a market usually moves: the card of /atr, and its overview of four timeframes."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from common.wire import AtrReply, Position, Stop
from telegram_bot.formatting.html import (
    bold,
    code,
    escape,
    first_fitting,
    italic,
    pre,
    shortened,
    table,
)
from telegram_bot.formatting.numbers import (
    about,
    compact,
    digits,
    money,
    price,
    quantity,
    share,
    times,
)
from telegram_bot.formatting.source import (
    asked_at,
    closing_lines,
    shown,
    source_name,
    stale_warning,
)
from telegram_bot.formatting.time import moment, relative, span, until

_NOISE = "a stop closer than that is often hit by noise."
_RAW_DIGITS = 10  # significant digits of the value before rounding
_LONGEST_STOP = 22  # characters; with more even a stacked row would wrap


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
        pre(first_fitting(_stops(reply))),
        *_trend(reply),
        *_sizing(reply, multiple),
        italic(_candles(reply)),
        f"<blockquote expandable>{escape(_method(reply))}</blockquote>",
    ]
    return "\n".join(lines + closing_lines([(market.base, reply)]))


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
        (reply.timeframe, _rounded_atr(reply), _percent(reply), reply.regime or "n/a")
        for reply in replies
    ]
    lines = [headline, pre(first_fitting(_overviews(rows, market.quote)))]
    if any(reply.approximate for reply in replies):
        lines.append(italic("~ stands on few candles, not settled yet"))
    if closing:
        lines += closing_lines([(reply.timeframe, reply) for reply in replies])
    return "\n".join(lines)


def _overviews(rows: Sequence[tuple[str, str, str, str]], quote: str) -> Iterator[list[str]]:
    headed = [("", quote, "ATR %", "regime"), *rows]
    yield table(headed, "lrrl", gaps=2)
    yield table(headed, "lrrl")
    yield table([row[:3] for row in headed], "lrr")
    yield table([(timeframe, share, regime) for timeframe, _, share, regime in headed], "lrl")


def _opening(reply: AtrReply) -> str:
    """Say in plain words what the number means."""
    market = shown(reply.symbol)
    if reply.atr == 0:
        return f"{market.base} did not move at all in {_counted(reply.bars, 'closed candle')}."
    return (
        f"{market.base} usually moves about {escape(about(reply.atr))} {market.quote} "
        f"in {span(reply.timeframe)}; {_NOISE}"
    )


def _percent(reply: AtrReply) -> str:
    return ("~" if reply.approximate else "") + share(reply.atr_pct)


def _rounded_atr(reply: AtrReply) -> str:
    """Round to the tick, but show what there is of a range that is smaller than a tick."""
    on_tick = reply.atr == 0 or reply.atr * 2 >= reply.price_step
    return price(reply.atr, reply.price_step if on_tick else None)


def _value(reply: AtrReply) -> str:
    """Say ATR and its share of the last closed close, named so where it is not the last price."""
    close = price(reply.close, reply.price_step)
    label = "" if reply.close == reply.entry else "the last close "
    mark = "≈ " if reply.approximate else ""
    return (
        f"{mark}{bold(_rounded_atr(reply))} {shown(reply.symbol).quote} "
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


def _stops(reply: AtrReply) -> Iterator[list[str]]:
    """Yield the table from roomy to narrow: smaller gaps, no distance, two lines a multiple."""
    rows = [("stop", "long", "short", "dist")]
    for stop in reply.stops:
        long, short = _both_sides(reply, stop)
        rows.append((f"{times(stop.multiple)}x", long, short, share(stop.distance_pct)))
    yield table(rows, "lrrr", gaps=(3, 2, 2))
    yield table(rows, "lrrr")
    yield table([row[:3] for row in rows], "lrr")
    stacked = [("stop", "", "")]
    for multiple, long, short, _ in rows[1:]:
        stacked += [(multiple, "long", long), ("", "short", short)]
    yield table(stacked, "llr")


def _both_sides(reply: AtrReply, stop: Stop) -> tuple[str, str]:
    sides = [price(value, reply.price_step) for value in (stop.long, stop.short)]
    if max(map(len, sides)) > _LONGEST_STOP:
        sides = [compact(value) for value in (stop.long, stop.short)]
    return sides[0], sides[1]


def _trend(reply: AtrReply) -> list[str]:
    parts = []
    if (exits := reply.chandelier) is not None:
        side = reply.position.side if reply.position is not None else "long"
        level = exits.long if side == "long" else exits.short
        parts.append(
            f"Chandelier({exits.period},{_factor(exits.multiple)}) {side} "
            f"{code(price(level, reply.price_step))}"
        )
    if (trend := reply.supertrend) is not None:
        now, then = ("🟢 up", "below") if trend.direction == "up" else ("🔴 down", "above")
        parts.append(
            f"Supertrend({trend.period},{_factor(trend.multiple)}) {now}, "
            f"flips {then} {code(price(trend.flips_at, reply.price_step))}"
        )
    return [" · ".join(parts)] if parts else []


def _sizing(reply: AtrReply, multiple: Decimal) -> list[str]:
    position = reply.position
    asked = position.multiple if position is not None else multiple
    long = position is None or position.side == "long"
    if long and asked * reply.atr >= reply.entry:
        return [f"At {times(asked)}x a long stop would be ≤ 0: try a smaller multiple."]
    if position is None:
        return []
    if position.refusal is not None:
        return [escape(shortened(position.refusal, 200))]
    return [_position(reply, position)]


def _position(reply: AtrReply, position: Position) -> str:
    market = shown(reply.symbol)
    side = " short" if position.side == "short" else ""
    equity = escape(money(position.equity).removesuffix(".00"))
    opening = (
        f"Risk {_factor(position.risk_pct)}% of {equity} {market.quote} "
        f"at {times(position.multiple)}x{side}"
    )
    if position.quantity == 0:
        lot = quantity(reply.lot_step, reply.lot_step)
        return f"{opening}: one lot ({lot} {market.base}) already risks more"
    size = bold(f"{quantity(position.quantity, reply.lot_step)} {market.base}")
    cost, loss = escape(money(position.cost)), escape(money(position.loss))
    return (
        f"{opening} → {size} ({cost} {market.quote}, {escape(share(position.cost_pct, 1))}), "
        f"loss {loss}{'; size capped by equity' if position.capped else ''}"
    )


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
    built = f" built from {reply.built_from}" if reply.built_from else ""
    return (
        f"Wilder ATR (RMA): TR=max(H−L,|H−C₋₁|,|L−C₋₁|); first ATR = mean of first {n} TR; "
        f"then ({n - 1}·ATR+TR)/{n}; {_counted(reply.bars, 'closed candle')}{built}, "
        f"{source_name(reply.source)}. ATR before rounding: {digits(reply.atr, _RAW_DIGITS)}. "
        "Not financial advice."
    )


def _factor(value: Decimal) -> str:
    """Write a setting as a person would type it: 3, 0.5."""
    return digits(value, 6)


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"
