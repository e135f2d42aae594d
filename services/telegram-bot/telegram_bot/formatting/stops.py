"""Where a stop would stand, how much could be traded with it, and where the trend ends."""

from collections.abc import Iterator
from decimal import Decimal

from common.wire import AtrReply, Position, Side, Stop
from telegram_bot.formatting.html import bold, code, escape, shortened, table
from telegram_bot.formatting.numbers import (
    compact,
    digits,
    money,
    price,
    quantity,
    share,
    times,
)
from telegram_bot.formatting.source import shown
from telegram_bot.formatting.unit import quoted

_LONGEST_STOP = 22  # characters; with more even a stacked row would wrap


def stop_layouts(reply: AtrReply) -> Iterator[list[str]]:
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


def trend_line(reply: AtrReply) -> list[str]:
    """Return the line of Chandelier and Supertrend; none where history is too short for both."""
    parts = []
    if (exits := reply.chandelier) is not None:
        side: Side = reply.position.side if reply.position is not None else "long"
        level = exits.long if side == "long" else exits.short
        parts.append(
            f"Chandelier({exits.period},{_factor(exits.multiple)}) {side} "
            f"{code(price(level, reply.price_step))}{_crossed(side, level, reply.price)}"
        )
    if (trend := reply.supertrend) is not None:
        now, then = ("🟢 up", "below") if trend.direction == "up" else ("🔴 down", "above")
        parts.append(
            f"Supertrend({trend.period},{_factor(trend.multiple)}) {now}, "
            f"flips {then} {code(price(trend.flips_at, reply.price_step))}"
        )
    return [" · ".join(parts)] if parts else []


def _crossed(side: Side, level: Decimal, last: Decimal) -> str:
    """Say that the price is already past the exit: the stop is no longer one."""
    return " (crossed)" if (level > last if side == "long" else level < last) else ""


def sizing_line(reply: AtrReply, multiple: Decimal) -> list[str]:
    """Return the line of the position that was asked for, or why there can be none."""
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
        f"Risk {_factor(position.risk_pct)}% of {quoted(equity, reply.symbol)} "
        f"at {times(position.multiple)}x{side}"
    )
    if position.quantity == 0:
        lot = quantity(reply.lot_step, reply.lot_step)
        return f"{opening}: one lot ({lot} {market.base}) already risks more{_doubt(reply)}"
    size = bold(f"{quantity(position.quantity, reply.lot_step)} {market.base}")
    cost, loss = escape(money(position.cost)), escape(money(position.loss))
    return (
        f"{opening} → {size} ({quoted(cost, reply.symbol)}, "
        f"{escape(share(position.cost_pct, 1))}), loss {loss}"
        f"{'; size capped by equity' if position.capped else ''}{_doubt(reply)}"
    )


def _doubt(reply: AtrReply) -> str:
    """A recording does not say in which steps its market trades; the service guesses them."""
    if reply.quality != "recorded":
        return ""
    lot = quantity(reply.lot_step, reply.lot_step)
    return f"; a lot of {lot} is a guess from the recorded volumes"


def _factor(value: Decimal) -> str:
    """Write a setting as a person would type it: 3, 0.5."""
    return digits(value, 6)
