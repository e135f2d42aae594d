"""What is held of each market by the method of average cost, and what was won and lost.

A buy adds its price and its fee to the cost. A sale takes away the average cost of what it sells;
what it brings, less its fee and that cost, is realised.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from telegram_bot.arithmetic.exact import EXACT, less, percent_of, product, quotient, total
from telegram_bot.ledger import Entry

# Costs are kept to so many decimals, half even: far finer than any asset is divided.
_COST_STEP = Decimal(1).scaleb(-40)


class Oversold(Exception):
    """A sale of more than was held.

    Attributes:
        held: Of the base asset, when the sale happened.
    """

    def __init__(self, entry: Entry, held: Decimal) -> None:
        super().__init__(f"sold {entry.quantity} of {entry.symbol} while holding {held}")
        self.entry = entry
        self.held = held


@dataclass(frozen=True, slots=True)
class Holding:
    """What is held of one market.

    Attributes:
        quantity: Of the base asset.
        cost: Of what is held, fees of buying included, in the quote asset.
        realised: Won or lost with what was sold, in the quote asset.
        fees: Of all trades; they are part of `cost` and `realised`.
    """

    symbol: str
    quantity: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    realised: Decimal = Decimal(0)
    fees: Decimal = Decimal(0)

    @property
    def average(self) -> Decimal | None:
        """Cost of one unit; None where nothing is held."""
        return quotient(self.cost, self.quantity) if self.quantity else None


@dataclass(frozen=True, slots=True)
class Valued:
    """A holding at a price.

    Attributes:
        value, unrealised: In the quote asset; `unrealised_pct` of the cost, None without a cost.
        day: What today's 24 hours did to what is held now; None where nobody knows.
        swing: How far a usual day moves it: quantity times ATR of a day; None where nobody knows.
    """

    holding: Holding
    price: Decimal
    value: Decimal
    unrealised: Decimal
    unrealised_pct: Decimal | None
    day: Decimal | None
    swing: Decimal | None


@dataclass(frozen=True, slots=True)
class Totals:
    """All holdings of one quote asset together.

    Attributes:
        day, swing: Of those of which they are known. `swing` is what a usual day does when all
            move together, so it is the most that they do.
        swing_pct: Of the value; None where nothing is held.
    """

    cost: Decimal
    value: Decimal
    unrealised: Decimal
    unrealised_pct: Decimal | None
    realised: Decimal
    day: Decimal
    swing: Decimal
    swing_pct: Decimal | None


def holdings(entries: Sequence[Entry]) -> dict[str, Holding]:
    """Return what is held by symbol, in the order of the first trades; sold out markets too.

    Args:
        entries: Oldest trade first.

    Raises:
        Oversold: If a sale sells more than is held then.
    """
    found: dict[str, Holding] = {}
    for entry in entries:
        before = found.get(entry.symbol, Holding(entry.symbol))
        found[entry.symbol] = (
            _bought(before, entry) if entry.side == "buy" else _sold(before, entry)
        )
    return found


def _bought(before: Holding, entry: Entry) -> Holding:
    return Holding(
        before.symbol,
        total((before.quantity, entry.quantity)),
        total((before.cost, product(entry.quantity, entry.price), entry.fee)),
        before.realised,
        total((before.fees, entry.fee)),
    )


def _sold(before: Holding, entry: Entry) -> Holding:
    if entry.quantity > before.quantity:
        raise Oversold(entry, before.quantity)
    left = less(before.quantity, entry.quantity)
    part = EXACT.divide(product(before.cost, entry.quantity), before.quantity)
    cost_of_it = before.cost if not left else EXACT.quantize(part, _COST_STEP)
    brought = less(product(entry.quantity, entry.price), entry.fee)
    return Holding(
        before.symbol,
        left,
        less(before.cost, cost_of_it),
        total((before.realised, less(brought, cost_of_it))),
        total((before.fees, entry.fee)),
    )


def valued(
    holding: Holding,
    price: Decimal,
    change_24h: Decimal | None = None,
    atr: Decimal | None = None,
) -> Valued:
    """Value a holding.

    Args:
        change_24h: Of the price.
        atr: Of a day, in the quote asset.
    """
    value = product(holding.quantity, price)
    unrealised = less(value, holding.cost)
    return Valued(
        holding,
        price,
        value,
        unrealised,
        percent_of(unrealised, holding.cost) if holding.cost else None,
        None if change_24h is None else product(holding.quantity, change_24h),
        None if atr is None else product(holding.quantity, atr),
    )


def totals(rows: Sequence[Valued], sold_out: Sequence[Holding] = ()) -> Totals:
    """Add up holdings of one quote asset, and what was realised with those that are sold out."""
    cost = total([row.holding.cost for row in rows])
    value = total([row.value for row in rows])
    unrealised = less(value, cost)
    swing = total([row.swing for row in rows if row.swing is not None])
    return Totals(
        cost=cost,
        value=value,
        unrealised=unrealised,
        unrealised_pct=percent_of(unrealised, cost) if cost else None,
        realised=total([it.realised for it in (*(row.holding for row in rows), *sold_out)]),
        day=total([row.day for row in rows if row.day is not None]),
        swing=swing,
        swing_pct=percent_of(swing, value) if value else None,
    )


def share_of(part: Decimal, whole: Decimal) -> Decimal | None:
    """Return a part in percent of the whole; None where there is no whole."""
    return percent_of(part, whole) if whole else None
