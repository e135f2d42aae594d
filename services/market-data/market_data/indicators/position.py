"""How much to trade so that a stop, if hit, costs a known share of the equity."""

from decimal import Decimal

from common.wire import Position, Side
from market_data.indicators.steps import EXACT, in_lots, in_percent, on_tick
from market_data.indicators.stops import long_stop

_NO_MOVE = "The price did not move in these candles, so ATR is 0 and gives no stop."
_STOP_TOO_LOW = (
    "A stop {:f}x ATR below {:f} would not be a price above 0. "
    "Use a smaller multiple or a shorter timeframe."
)


def position(
    *,
    entry: Decimal,
    atr: Decimal,
    multiple: Decimal,
    equity: Decimal,
    risk_pct: Decimal,
    lot_step: Decimal,
    price_step: Decimal,
    side: Side = "long",
) -> Position:
    """Size a position: equity times risk, divided by the distance to the stop, in whole lots.

    It never costs more than the equity (no leverage). Fees are not counted.

    Args:
        entry: Price in the quote asset, above 0.
        atr: In the quote asset; the stop is `multiple` of it away from the entry.
        equity: In the quote asset, above 0.
        risk_pct: Share of the equity that the stop may cost, in percent, above 0 and at most 100.
        lot_step: Amounts are multiples of it.
        price_step: The tick size, to which the stop is rounded, half up.

    Returns:
        Exact cost and loss, not rounded. `loss` counts the unrounded distance. The quantity is 0
        without a refusal where one lot already risks or costs more than is there.

    Raises:
        ValueError: If a number is outside what is said above.
    """
    _refuse_nonsense(entry, atr, multiple, equity, risk_pct)
    distance = EXACT.multiply(multiple, atr)
    stop, refusal = _stop(side, entry, distance, price_step), None
    if stop is None:
        refusal = _NO_MOVE if distance == 0 else _STOP_TOO_LOW.format(multiple, entry)
    quantity, capped = in_lots(Decimal(0), lot_step), False
    if refusal is None:
        risked = EXACT.multiply(EXACT.multiply(equity, risk_pct), Decimal("0.01"))
        by_risk = in_lots(risked, lot_step, each=distance)
        by_equity = in_lots(equity, lot_step, each=entry)
        quantity, capped = min(by_risk, by_equity), by_risk > by_equity
    cost = EXACT.multiply(quantity, entry)
    return Position(
        side=side,
        multiple=multiple,
        entry=entry,
        stop=stop,
        equity=equity,
        risk_pct=risk_pct,
        quantity=quantity,
        cost=cost,
        cost_pct=in_percent(cost, equity),
        loss=EXACT.multiply(quantity, distance),
        capped=capped,
        refusal=refusal,
    )


def _stop(side: Side, entry: Decimal, distance: Decimal, step: Decimal) -> Decimal | None:
    if distance == 0:
        return None
    if side == "long":
        return long_stop(entry, distance, step)
    return on_tick(EXACT.add(entry, distance), step)


def _refuse_nonsense(
    entry: Decimal, atr: Decimal, multiple: Decimal, equity: Decimal, risk_pct: Decimal
) -> None:
    if min(entry, equity, multiple) <= 0:
        raise ValueError(f"entry {entry}, equity {equity} and multiple {multiple} are above 0")
    if atr < 0:
        raise ValueError(f"an ATR is 0 or more, not {atr}")
    if not 0 < risk_pct <= 100:
        raise ValueError(f"the risk is above 0 and at most 100 percent, not {risk_pct}")
