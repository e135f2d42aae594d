"""Buying and selling on paper, to the last digit."""

from decimal import Decimal

import pytest

from telegram_bot.simulation.account import Account, CannotTrade, affordable, buy, sell
from telegram_bot.simulation.measures import measure
from telegram_bot.simulation.terms import Terms

TERMS = Terms(Decimal("0.5"), Decimal("0.1"), Decimal("0.01"), Decimal("0.001"))
BTC = "BTC-USD"


def test_a_buyer_pays_slippage_and_fee_and_a_seller_too() -> None:
    bought = buy(Account(Decimal(1_000)), BTC, Decimal("2.0009"), Decimal(100), 1.0, TERMS)
    held = bought.position(BTC)
    after, trade = sell(bought, BTC, None, Decimal(110), 2.0, TERMS)

    assert held is not None and held.quantity == 2
    assert held.cost == Decimal("201.201")  # 2 x 100.10, and half a percent of it
    assert trade.price == Decimal("109.89")
    assert trade.proceeds == Decimal("218.6811")
    assert after.cash == Decimal(1_000) + trade.profit
    assert after.positions == ()


def test_a_second_part_joins_the_first_and_a_part_is_sold_at_the_average() -> None:
    account = buy(Account(Decimal(1_000)), BTC, Decimal(1), Decimal(100), 1.0, TERMS)
    account = buy(account, BTC, Decimal(1), Decimal(200), 2.0, TERMS)

    account, trade = sell(account, BTC, Decimal(1), Decimal(200), 3.0, TERMS)

    held = account.position(BTC)
    assert held is not None and held.quantity == 1
    assert trade.cost == held.cost == held.average
    assert trade.opened_at == 1.0


@pytest.mark.parametrize("quantity", ["0.0009", "0", "-1", "11"])
def test_what_cannot_be_bought_changes_nothing(quantity: str) -> None:
    with pytest.raises(CannotTrade):
        buy(Account(Decimal(1_000)), BTC, Decimal(quantity), Decimal(100), 1.0, TERMS)


@pytest.mark.parametrize("quantity", [None, "1", "0.0001"])
def test_what_is_not_held_cannot_be_sold(quantity: str | None) -> None:
    account = Account(Decimal(1_000))

    with pytest.raises(CannotTrade):
        sell(account, BTC, Decimal(quantity) if quantity else None, Decimal(1), 1.0, TERMS)


def test_all_the_cash_can_be_spent_and_no_more() -> None:
    account = Account(Decimal(1_000))
    most = affordable(account.cash, Decimal(100), TERMS)

    assert buy(account, BTC, most, Decimal(100), 1.0, TERMS).cash >= 0
    with pytest.raises(CannotTrade):
        buy(account, BTC, most + TERMS.lot_step, Decimal(100), 1.0, TERMS)
    assert affordable(Decimal(-5), Decimal(100), TERMS) == 0


def test_measures_are_those_that_traders_know() -> None:
    account = Account(Decimal(10_000))
    trades = []
    for price in (120, 90, 130):
        account = buy(account, BTC, Decimal(1), Decimal(100), 1.0, TERMS)
        account, trade = sell(account, BTC, None, Decimal(price), 2.0, TERMS)
        trades.append(trade)

    found = measure(trades, [Decimal(100), Decimal(150), Decimal(120), Decimal(160)])

    profits = [trade.profit for trade in trades]
    assert (found.trades, found.wins, found.drawdown_pct) == (3, 2, Decimal(20))
    assert found.win_rate_pct == pytest.approx(Decimal(200) / 3)
    assert found.profit_factor == pytest.approx((profits[0] + profits[2]) / -profits[1])
    assert found.expectancy == pytest.approx(sum(profits) / 3)
    assert found.profit == account.cash - 10_000


def test_without_trades_nothing_is_made_up() -> None:
    found = measure([], [])

    assert (found.win_rate_pct, found.profit_factor, found.expectancy) == (None, None, None)
    assert (found.profit, found.drawdown_pct) == (Decimal(0), Decimal(0))
