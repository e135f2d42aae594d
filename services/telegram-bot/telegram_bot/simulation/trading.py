"""The step that everything shares: an order from the last close, the levels, then a decision.

Within a candle an order that waits is filled at the opening, then stops and targets count, and only
at the close is the next decision made. So a decision never sees what it is filled at.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from common.market import Candle
from telegram_bot.arithmetic.exact import less, percent_of, product
from telegram_bot.arithmetic.sizing import Size, Sizing, size
from telegram_bot.simulation.account import (
    Account,
    CannotTrade,
    Position,
    Trade,
    affordable,
    buy,
    sell,
)
from telegram_bot.simulation.exits import followed, hit
from telegram_bot.simulation.presets import Decision
from telegram_bot.simulation.terms import Terms


@dataclass(frozen=True, slots=True)
class Rule:
    """How much a preset buys, and where its positions end.

    Attributes:
        risk_pct: Share of the account that the stop may cost, in percent; None: all cash is spent.
        stop_atr: ATRs from the entry to the stop; None: only the preset itself leaves.
        most: Cap of a position, in the quote asset; None: there is none.
        trails: Whether the stop follows the best price.
    """

    risk_pct: Decimal | None = None
    stop_atr: Decimal | None = None
    most: Decimal | None = None
    trails: bool = False


@dataclass(frozen=True, slots=True)
class Trader:
    """A preset's account between two candles.

    Attributes:
        order: What the last close decided, to be filled at the next opening.
        atr: At that close.
    """

    symbol: str
    account: Account
    rule: Rule
    terms: Terms
    order: Decision | None = None


def fill(trader: Trader, price: Decimal, at: float) -> tuple[Trader, Trade | None]:
    """Fill the order that waits, at the first price after it was decided."""
    order, trader = trader.order, replace(trader, order=None)
    held = trader.account.position(trader.symbol)
    if order is None or order.action == "wait":
        return trader, None
    if order.action == "leave":
        if held is None:
            return trader, None
        after, trade = sell(trader.account, trader.symbol, None, price, at, trader.terms, "preset")
        return replace(trader, account=after), trade
    if held is not None:
        return trader, None
    return replace(trader, account=_entered(trader, order, price, at)), None


def live_through(trader: Trader, candle: Candle) -> tuple[Trader, Trade | None]:
    """Let a candle, or a price alone as one, meet the levels of the position."""
    held = trader.account.position(trader.symbol)
    if held is None:
        return trader, None
    level = hit(held, candle)
    if level is None:
        account = trader.account.with_position(followed(held, candle.high), trader.symbol)
        return replace(trader, account=account), None
    price, reason = level
    at = candle.opened_at.timestamp()
    account, trade = sell(trader.account, trader.symbol, None, price, at, trader.terms, reason)
    return replace(trader, account=account), trade


def quantity_for(
    account: Account, worth: Decimal, price: Decimal, stop: Decimal | None, rule: Rule, terms: Terms
) -> Decimal:
    """Return how much to buy near `price`, in lots: by risk to the stop, else all cash, capped.

    Args:
        worth: Of the whole account, which the risk is a share of.
    """
    most = affordable(account.cash, price, terms)
    if rule.most is not None:
        most = min(most, affordable(rule.most, price, terms))
    if rule.risk_pct is None or stop is None:
        return most
    sized = size(
        Sizing(terms.bought_at(price), stop, worth, rule.risk_pct, terms.lot_step, terms.fee_pct)
    )
    return min(most, sized.quantity) if isinstance(sized, Size) else Decimal(0)


def risked_pct(held: Position, worth: Decimal, terms: Terms) -> Decimal:
    """Return which share of an account a position loses at its stop, in percent, costs included.

    Args:
        worth: Of the whole account; without a stop all that the position cost is at risk.
    """
    sold = product(held.quantity, terms.sold_at(held.stop)) if held.stop is not None else Decimal(0)
    return percent_of(less(held.cost, less(sold, terms.fee(sold))), worth)


def _entered(trader: Trader, order: Decision, price: Decimal, at: float) -> Account:
    """Return the account with the position that is asked for; as it was if none is possible."""
    distance = _distance(trader.rule, order)
    paid = trader.terms.bought_at(price)
    stop = paid - distance if distance is not None else None
    if stop is not None and stop <= 0:
        return trader.account
    worth = trader.account.worth({})
    account, rule = trader.account, trader.rule
    quantity = quantity_for(account, worth, price, stop, rule, trader.terms)
    try:
        after = buy(account, trader.symbol, quantity, price, at, trader.terms)
    except CannotTrade:
        return account
    held = after.position(trader.symbol)
    assert held is not None
    trail = distance if rule.trails else None
    return after.with_position(replace(held, stop=stop, trail=trail), trader.symbol)


def _distance(rule: Rule, order: Decision) -> Decimal | None:
    if rule.stop_atr is None or order.atr is None:
        return None
    return rule.stop_atr * Decimal(repr(order.atr))
