from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telegram_bot.arithmetic.holdings import Holding, Oversold, holdings, share_of, totals, valued
from telegram_bot.ledger import Entry, Side
from tests.support.replies import AS_OF


def trade(side: Side, quantity: str, price: str, fee: str = "0", symbol: str = "BTC-USD") -> Entry:
    return Entry(side, symbol, Decimal(quantity), Decimal(price), AS_OF, Decimal(fee))


def numbers(*values: int | None) -> tuple[Decimal | None, ...]:
    return tuple(None if value is None else Decimal(value) for value in values)


def held(*entries: Entry) -> Holding:
    return holdings(entries)["BTC-USD"]


def test_the_average_cost_is_weighted_by_amount_and_holds_the_fees() -> None:
    found = held(trade("buy", "1", "100", "2"), trade("buy", "3", "200"))

    assert found.cost == 702 and found.average == Decimal("175.5")
    assert found.fees == 2 and found.realised == 0


def test_a_sale_realises_what_it_brings_less_its_fee_and_average_cost() -> None:
    found = held(trade("buy", "2", "100"), trade("buy", "2", "200"), trade("sell", "1", "250", "5"))

    assert found.realised == Decimal("95")  # 250 - 5 - 150
    assert (found.quantity, found.cost, found.average) == numbers(3, 450, 150)


def test_what_is_sold_out_has_no_cost_left_and_begins_anew() -> None:
    out = held(trade("buy", "3", "100"), trade("sell", "1", "110"), trade("sell", "2", "120"))
    anew = held(trade("buy", "3", "100"), trade("sell", "3", "110"), trade("buy", "1", "500"))

    assert (out.quantity, out.cost, out.average, out.realised) == numbers(0, 0, None, 50)
    assert (anew.average, anew.realised) == numbers(500, 30)


def test_more_than_is_held_cannot_be_sold() -> None:
    with pytest.raises(Oversold) as refused:
        holdings([trade("buy", "1", "100"), trade("sell", "1.00000001", "100")])

    assert refused.value.held == 1


def test_markets_are_kept_apart() -> None:
    found = holdings([trade("buy", "1", "100"), trade("buy", "1", "90", symbol="BTC-EUR")])

    assert list(found) == ["BTC-USD", "BTC-EUR"]


def test_a_holding_is_valued_with_what_is_known() -> None:
    one = held(trade("buy", "2", "100"))
    gift = held(trade("buy", "2", "0"))

    row = valued(one, Decimal(150), Decimal(-10), Decimal(8))

    assert (row.value, row.unrealised, row.unrealised_pct) == numbers(300, 100, 50)
    assert (row.day, row.swing) == numbers(-20, 16)
    assert valued(gift, Decimal(5)).unrealised_pct is None
    assert valued(gift, Decimal(5)).day is None and valued(gift, Decimal(5)).swing is None


def test_totals_weigh_risk_by_how_far_each_market_usually_moves() -> None:
    calm = valued(held(trade("buy", "10", "100")), Decimal(100), Decimal(1), Decimal(1))
    wild = valued(held(trade("buy", "1", "100")), Decimal(100), None, Decimal(30))

    sums = totals([calm, wild], [Holding("ETH-USD", realised=Decimal(7))])

    assert (sums.value, sums.cost, sums.day, sums.realised) == numbers(1100, 1100, 10, 7)
    assert sums.swing == 40 and wild.swing is not None
    assert share_of(wild.swing, sums.swing) == 75  # a tenth of the value, most of the risk
    assert totals([]).unrealised_pct is None and totals([]).swing_pct is None
    assert share_of(Decimal(1), Decimal(0)) is None


_quantities = st.decimals("0.00000001", "1000000", places=8)
_prices = st.decimals("0", "1000000", places=10)


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.sampled_from(["buy", "sell"]), _quantities, _prices, _prices),
        min_size=1,
        max_size=20,
    ),
    _prices,
)
def test_money_is_neither_made_nor_lost(
    raw: list[tuple[Side, Decimal, Decimal, Decimal]], last: Decimal
) -> None:
    """What was won, realised or not, is what is there and came back less what was put in."""
    entries: list[Entry] = []
    quantity, put_in, cost, realised = (Fraction(0) for _ in range(4))
    for side, amount, price, fee in raw:
        if side == "sell" and Fraction(amount) > quantity:
            continue
        entries.append(Entry(side, "X-USD", amount, price, AS_OF + timedelta(0), fee))
        worth, paid = Fraction(amount) * Fraction(price), Fraction(fee)
        if side == "buy":
            quantity, cost = quantity + Fraction(amount), cost + worth + paid
            put_in += worth + paid
        else:
            part = cost * Fraction(amount) / quantity
            realised += worth - paid - part
            quantity, cost = quantity - Fraction(amount), cost - part
            put_in -= worth - paid
    if not entries:
        return

    found = holdings(entries)["X-USD"]
    row = valued(found, last)

    tolerance = Fraction(1, 10**30)
    assert Fraction(found.quantity) == quantity
    assert abs(Fraction(found.cost) - cost) < tolerance
    assert abs(Fraction(found.realised) - realised) < tolerance
    won = Fraction(row.unrealised) + Fraction(found.realised)
    assert won == Fraction(row.value) - put_in  # exactly: the cost step cancels out
