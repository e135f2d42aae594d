"""Stop prices at multiples of ATR on both sides of an entry."""

from collections.abc import Sequence
from decimal import Decimal

from common.wire import Stop
from market_data.indicators.steps import EXACT, in_percent, on_tick

DEFAULT_MULTIPLES = (Decimal(1), Decimal("1.5"), Decimal(2), Decimal(3))


def stops(entry: Decimal, atr: Decimal, multiples: Sequence[Decimal], step: Decimal) -> list[Stop]:
    """Return one stop a multiple, in the order given.

    Args:
        entry: In the quote asset, above 0.
        atr: In the quote asset, 0 or more.
        multiples: Distances in ATR.
        step: The tick size; stops are rounded to it, half up.

    Raises:
        ValueError: If entry, ATR or step cannot be.
    """
    if entry <= 0 or atr < 0:
        raise ValueError(f"stops need an entry above 0 and an ATR of 0 or more: {entry}, {atr}")
    return [_stop(entry, EXACT.multiply(multiple, atr), multiple, step) for multiple in multiples]


def _stop(entry: Decimal, distance: Decimal, multiple: Decimal, step: Decimal) -> Stop:
    return Stop(
        multiple=multiple,
        long=long_stop(entry, distance, step),
        short=on_tick(EXACT.add(entry, distance), step),
        distance_pct=in_percent(distance, entry),
    )


def long_stop(entry: Decimal, distance: Decimal, step: Decimal) -> Decimal | None:
    """Return the tick at `distance` below the entry; None where that is not a price above 0."""
    below = EXACT.subtract(entry, distance)
    return (on_tick(below, step) or None) if below > 0 else None
