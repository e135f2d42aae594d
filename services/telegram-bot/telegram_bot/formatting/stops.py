"""Where a stop would stand, how much could be traded with it, and where the trend ends."""

from collections.abc import Iterator
from decimal import Decimal

from common.wire import AtrReply, Position, Side, Stop
from telegram_bot.formatting.html import bold, code, escape, shortened, table
from telegram_bot.formatting.numbers import (
    compact,
    digits,
    in_style,
    money,
    price,
    quantity,
    share,
    times,
)
from telegram_bot.formatting.sentences import translated
from telegram_bot.formatting.source import shown
from telegram_bot.formatting.unit import quoted
from telegram_bot.reader import _

_LONGEST_STOP = 22  # characters; with more even a stacked row would wrap


def stop_layouts(reply: AtrReply) -> Iterator[list[str]]:
    """Yield the table from roomy to narrow: smaller gaps, no distance, two lines a multiple."""
    rows = [(_("stop"), _("long"), _("short"), _("dist"))]
    for stop in reply.stops:
        long, short = _both_sides(reply, stop)
        rows.append((f"{times(stop.multiple)}x", long, short, share(stop.distance_pct)))
    yield table(rows, "lrrr", gaps=(3, 2, 2))
    yield table(rows, "lrrr")
    yield table([row[:3] for row in rows], "lrr")
    stacked = [(_("stop"), "", "")]
    for multiple, long, short, __ in rows[1:]:
        stacked += [(multiple, _("long"), long), ("", _("short"), short)]
    yield table(stacked, "llr")


def _both_sides(reply: AtrReply, stop: Stop) -> tuple[str, str]:
    sides = [price(value, reply.price_step) for value in (stop.long, stop.short)]
    if max(map(len, sides)) > _LONGEST_STOP:
        sides = [compact(value) for value in (stop.long, stop.short)]
    return sides[0], sides[1]


def trend_line(reply: AtrReply, side: Side) -> list[str]:
    """Return the line of Chandelier and Supertrend; none where history is too short for both."""
    parts = []
    if (exits := reply.chandelier) is not None:
        level = exits.long if side == "long" else exits.short
        parts.append(
            f"Chandelier({exits.period},{_factor(exits.multiple)}) {_side(side)} "
            f"{code(price(level, reply.price_step))}{_crossed(side, level, reply.price)}"
        )
    if (trend := reply.supertrend) is not None:
        if trend.direction == "up":
            turns = _("🟢 up, flips below {price}")
        else:
            turns = _("🔴 down, flips above {price}")
        turn = code(price(trend.flips_at, reply.price_step))
        parts.append(
            f"Supertrend({trend.period},{_factor(trend.multiple)}) {turns.format(price=turn)}"
        )
    return [" · ".join(parts)] if parts else []


def _crossed(side: Side, level: Decimal, last: Decimal) -> str:
    """Say that the price is already past the exit: the stop is no longer one."""
    crossed = level > last if side == "long" else level < last
    past = _("crossed")
    return f" ({past})" if crossed else ""


def sizing_line(reply: AtrReply, multiple: Decimal, side: Side) -> list[str]:
    """Return the line of the position that was asked for, or why there can be none."""
    position = reply.position
    asked = position.multiple if position is not None else multiple
    if side == "long" and asked * reply.atr >= reply.entry:
        too_low = _("At {multiple}x a long stop would be ≤ 0: try a smaller multiple.")
        return [too_low.format(multiple=times(asked))]
    if position is None:
        return []
    if position.refusal is not None:
        return [escape(shortened(translated(position.refusal), 200))]
    return [_position(reply, position)]


def _position(reply: AtrReply, position: Position) -> str:
    market = shown(reply.symbol)
    side = f" {_side(position.side)}" if position.side == "short" else ""
    equity = escape(money(position.equity).removesuffix(in_style(".00")))
    opening = _("Risk {share}% of {equity} at {multiple}x").format(
        share=in_style(_factor(position.risk_pct)),
        equity=quoted(equity, reply.symbol),
        multiple=times(position.multiple),
    )
    opening += side
    if position.quantity == 0:
        lot = f"{quantity(reply.lot_step, reply.lot_step)} {market.base}"
        too_large = _("one lot ({lot}) already risks more").format(lot=lot)
        return f"{opening}: {too_large}{_doubt(reply)}"
    size = bold(f"{quantity(position.quantity, reply.lot_step)} {market.base}")
    cost, loss = escape(money(position.cost)), escape(money(position.loss))
    lost = _("loss {amount}").format(amount=loss)
    capped = "; " + _("size capped by equity") if position.capped else ""
    return (
        f"{opening} → {size} ({quoted(cost, reply.symbol)}, "
        f"{escape(share(position.cost_pct, 1))}), {lost}{capped}{_doubt(reply)}"
    )


def _doubt(reply: AtrReply) -> str:
    """A recording does not say in which steps its market trades; the service guesses them."""
    if reply.quality != "recorded":
        return ""
    lot = quantity(reply.lot_step, reply.lot_step)
    return "; " + _("a lot of {lot} is a guess from the recorded volumes").format(lot=lot)


def _side(side: Side) -> str:
    return {"long": _("long"), "short": _("short")}[side]


def _factor(value: Decimal) -> str:
    """Write a setting as a person would type it: 3, 0.5."""
    return digits(value, 6)
