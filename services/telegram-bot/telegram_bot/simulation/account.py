"""An account: cash, at most one long position a market, and what was traded."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from telegram_bot.arithmetic.exact import in_lots, less, percent_of, product, quotient, total
from telegram_bot.simulation.terms import Terms

Reason = Literal["sold", "stop", "target", "trailing stop", "preset", "end"]
"""Why a position ended: by its owner, by one of its levels, by a preset, with a backtest."""


Obstacle = Literal["too-little", "no-cash", "not-held"]
"""Why an order cannot be filled: less than a lot, more than there is cash for, or than is held."""


class CannotTrade(ValueError):
    """An order that cannot be filled."""

    def __init__(self, why: Obstacle) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Position:
    """What is held of one market.

    Attributes:
        quantity: Of the base asset, above 0.
        cost: Paid for it, fees included, in the quote asset.
        opened_at: Of the first part, UTC seconds.
        stop, target: Prices at which it is sold.
        trail: How far below the best price the stop follows, in the quote asset.
        best: The highest price since it was opened.
        trailed: Whether the stop stands where it does because it has followed.
        fees: Of buying it, part of `cost`.
        step: The market's tick.
    """

    symbol: str
    quantity: Decimal
    cost: Decimal
    opened_at: float
    stop: Decimal | None = None
    target: Decimal | None = None
    trail: Decimal | None = None
    best: Decimal = Decimal(0)
    trailed: bool = False
    fees: Decimal = Decimal(0)
    step: Decimal = Decimal("0.01")

    @property
    def average(self) -> Decimal:
        """What one unit cost, its fee included."""
        return quotient(self.cost, self.quantity)


@dataclass(frozen=True, slots=True)
class Trade:
    """A position, or a part of one, that is over.

    Attributes:
        cost, proceeds: Fees included, in the quote asset.
        fees: Of both sides.
        price: That it was sold at.
        opened_at, closed_at: UTC seconds.
    """

    symbol: str
    quantity: Decimal
    cost: Decimal
    proceeds: Decimal
    price: Decimal
    opened_at: float
    closed_at: float
    reason: Reason
    fees: Decimal = Decimal(0)

    @property
    def profit(self) -> Decimal:
        """What it brought, less what it cost."""
        return less(self.proceeds, self.cost)

    @property
    def profit_pct(self) -> Decimal:
        """The same in percent of the cost."""
        return percent_of(self.profit, self.cost) if self.cost else Decimal(0)


@dataclass(frozen=True, slots=True)
class Account:
    """Cash in one quote asset, and positions by market."""

    cash: Decimal
    positions: tuple[Position, ...] = ()

    def position(self, symbol: str) -> Position | None:
        """Return what is held of a market."""
        return next((held for held in self.positions if held.symbol == symbol), None)

    def worth(self, prices: dict[str, Decimal]) -> Decimal:
        """Return cash and positions at these prices; without one a position counts at its cost."""
        values = [
            product(held.quantity, prices[held.symbol]) if held.symbol in prices else held.cost
            for held in self.positions
        ]
        return total((self.cash, *values))

    def with_position(self, held: Position | None, symbol: str) -> "Account":
        """Return the account with a market's position replaced, or gone."""
        rest = tuple(one for one in self.positions if one.symbol != symbol)
        return replace(self, positions=(*rest, held) if held is not None else rest)


def affordable(cash: Decimal, price: Decimal, terms: Terms) -> Decimal:
    """Return how much cash buys at most, fee included, in whole lots."""
    paid = terms.bought_at(price)
    return in_lots(max(cash, Decimal(0)), terms.lot_step, total((paid, terms.fee(paid))))


def buy(
    account: Account, symbol: str, quantity: Decimal, price: Decimal, at: float, terms: Terms
) -> Account:
    """Return the account after buying `quantity`, cut down to lots, near `price`.

    Raises:
        CannotTrade: If that is less than a lot, or more than there is cash for.
    """
    lots = in_lots(max(quantity, Decimal(0)), terms.lot_step)
    if lots <= 0:
        raise CannotTrade("too-little")
    paid = terms.bought_at(price)
    value = product(lots, paid)
    fee = terms.fee(value)
    cost = total((value, fee))
    if cost > account.cash:
        raise CannotTrade("no-cash")
    before = account.position(symbol)
    if before is None:
        held = Position(symbol, lots, cost, at, best=paid, fees=fee, step=terms.price_step)
    else:
        quantity, spent = total((before.quantity, lots)), total((before.cost, cost))
        best, fees = max(before.best, paid), total((before.fees, fee))
        held = replace(before, quantity=quantity, cost=spent, best=best, fees=fees)
    return replace(account, cash=less(account.cash, cost)).with_position(held, symbol)


def sell(
    account: Account,
    symbol: str,
    quantity: Decimal | None,
    price: Decimal,
    at: float,
    terms: Terms,
    reason: Reason = "sold",
) -> tuple[Account, Trade]:
    """Return the account after selling near `price`, and the trade that ends with it.

    Args:
        quantity: Cut down to lots; None sells all.

    Raises:
        CannotTrade: If nothing is held, or not so much.
    """
    held = account.position(symbol)
    if held is None:
        raise CannotTrade("not-held")
    lots = held.quantity if quantity is None else in_lots(max(quantity, Decimal(0)), terms.lot_step)
    if lots <= 0:
        raise CannotTrade("too-little")
    if lots > held.quantity:
        raise CannotTrade("not-held")
    got = terms.sold_at(price)
    value = product(lots, got)
    fee = terms.fee(value)
    proceeds = less(value, fee)
    whole = lots == held.quantity
    cost = held.cost if whole else quotient(product(held.cost, lots), held.quantity)
    paid = held.fees if whole else quotient(product(held.fees, lots), held.quantity)
    fees = total((paid, fee))
    trade = Trade(symbol, lots, cost, proceeds, got, held.opened_at, at, reason, fees)
    quantity, rest = less(held.quantity, lots), less(held.cost, cost)
    left = replace(held, quantity=quantity, cost=rest, fees=less(held.fees, paid))
    after = replace(account, cash=total((account.cash, proceeds)))
    return after.with_position(None if whole else left, symbol), trade
