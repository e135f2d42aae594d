"""How much to trade so that a stop, if hit, costs a known share of what is there."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from common.wire import Side
from telegram_bot.arithmetic.exact import in_lots, less, percent_of, product, quotient, total

_PERCENT = Decimal("0.01")


class NoSize(Enum):
    """Why there can be no position."""

    STOP_AT_ENTRY = "the stop is where the entry is"
    STOP_BELOW_ZERO = "the stop would not be a price above 0"


@dataclass(frozen=True, slots=True)
class Sizing:
    """What a position is sized from.

    Attributes:
        entry: Price in the quote asset, above 0.
        stop: Where the position ends; below the entry for a long one. Not rounded to the tick.
        equity: In the quote asset, above 0.
        risk_pct: Share of the equity that the stop may cost, in percent, above 0 and up to 100.
        lot_step: Amounts are multiples of it.
        fee_pct: Of each side's value, in percent, 0 or more.
    """

    entry: Decimal
    stop: Decimal
    equity: Decimal
    risk_pct: Decimal
    lot_step: Decimal
    fee_pct: Decimal = Decimal(0)

    @property
    def side(self) -> Side:
        return "long" if self.stop < self.entry else "short"


@dataclass(frozen=True, slots=True)
class Size:
    """A sized position; exact numbers, not rounded.

    Attributes:
        quantity: In the base asset, in whole lots; 0 where one lot already risks or costs too much.
        cost: Quantity times entry, in the quote asset; `cost_pct` of the equity.
        fees: Of both sides, when the stop is hit.
        loss: What the stop costs, fees included; `loss_pct` of the equity.
        distance_pct: From the entry to the stop, as a share of the entry.
        capped: True when the equity, not the risk, set the quantity.
    """

    quantity: Decimal
    cost: Decimal
    cost_pct: Decimal
    fees: Decimal
    loss: Decimal
    loss_pct: Decimal
    distance_pct: Decimal
    capped: bool


def size(asked: Sizing) -> Size | NoSize:
    """Size a position: what may be lost, divided by what one unit loses at the stop.

    It never costs more than the equity, its fee included: no leverage.

    >>> sized = size(Sizing(Decimal("67250.10"), Decimal("65559.46"), Decimal(10000), Decimal(1),
    ...     Decimal("0.00001"), fee_pct=Decimal("0.1")))
    >>> sized.quantity
    Decimal('0.05484')
    """
    if asked.stop <= 0:
        return NoSize.STOP_BELOW_ZERO
    if asked.stop == asked.entry:
        return NoSize.STOP_AT_ENTRY
    distance = abs(less(asked.entry, asked.stop))
    fee = product(asked.fee_pct, _PERCENT)
    fees_each = product(fee, total((asked.entry, asked.stop)))
    each = total((distance, fees_each))
    by_risk = in_lots(product(asked.equity, asked.risk_pct, _PERCENT), asked.lot_step, each)
    price_each = product(asked.entry, total((Decimal(1), fee)))
    by_equity = in_lots(asked.equity, asked.lot_step, price_each)
    quantity = min(by_risk, by_equity)
    cost, loss = product(quantity, asked.entry), product(quantity, each)
    return Size(
        quantity=quantity,
        cost=cost,
        cost_pct=percent_of(cost, asked.equity),
        fees=product(quantity, fees_each),
        loss=loss,
        loss_pct=percent_of(loss, asked.equity),
        distance_pct=percent_of(distance, asked.entry),
        capped=by_risk > by_equity,
    )


def atr_stop(entry: Decimal, atr: Decimal, multiple: Decimal, side: Side) -> Decimal:
    """Return the price `multiple` times ATR away from the entry; 0 or less where it is too far."""
    distance = product(atr, multiple)
    return less(entry, distance) if side == "long" else total((entry, distance))


def in_atr(asked: Sizing, atr: Decimal) -> Decimal | None:
    """Return the distance to the stop as a multiple of ATR; None where nothing moved."""
    return quotient(abs(less(asked.entry, asked.stop)), atr) if atr else None


def targets(entry: Decimal, stop: Decimal, most: int = 3) -> list[Decimal]:
    """Return where 1, 2, … times what the stop risks is won; none of 0 or less.

    >>> targets(Decimal(100), Decimal(90))
    [Decimal('110'), Decimal('120'), Decimal('130')]
    """
    risked = less(entry, stop)
    found = [total((entry, product(Decimal(times), risked))) for times in range(1, most + 1)]
    return [target for target in found if target > 0]
