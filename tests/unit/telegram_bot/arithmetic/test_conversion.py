from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telegram_bot.arithmetic.conversion import HUBS, converted, markets, way_over, ways

PRICES = {
    "BTC-USDT": Decimal("67250.10"),
    "ETH-USDT": Decimal("3415.22"),
    "BTC-EUR": Decimal("58000"),
    "EUR-USD": Decimal("1.16"),
    "SOL-USD": Decimal("145.33"),
}


@pytest.mark.parametrize(
    ("have", "want", "over"),
    [
        ("BTC", "EUR", ["BTC-EUR"]),
        ("EUR", "BTC", ["BTC-EUR"]),
        ("BTC", "ETH", ["BTC-USDT", "ETH-USDT"]),
        ("SOL", "EUR", ["SOL-USD", "EUR-USD"]),
        ("EUR", "SOL", ["EUR-USD", "SOL-USD"]),
    ],
)
def test_the_most_direct_way_is_taken(have: str, want: str, over: list[str]) -> None:
    way = way_over(have, want, PRICES)

    assert way is not None and [leg.market for leg in way] == over


def test_dollars_are_never_taken_for_tethers() -> None:
    assert way_over("SOL", "USDT", PRICES) is None


def test_a_way_is_counted_forwards_by_multiplying_and_backwards_by_dividing() -> None:
    there = way_over("BTC", "ETH", PRICES)
    assert there is not None

    assert round(converted(Decimal("0.5"), there, PRICES), 4) == Decimal("9.8456")


def test_a_market_that_is_named_twice_is_asked_for_once() -> None:
    asked = markets("BTC", "ETH")

    assert len(asked) == len(set(asked)) <= 50
    assert "BTC-USD" in asked and "ETH-USD" in asked


@settings(max_examples=30)
@given(
    amount=st.decimals("0.00000001", "1000000000", places=8),
    price=st.decimals("0.00000001", "1000000", places=8),
    hub=st.sampled_from(HUBS),
)
def test_there_and_back_is_where_it_began(amount: Decimal, price: Decimal, hub: str) -> None:
    prices = {f"AAA-{hub}": price, f"BBB-{hub}": Decimal("3.7")}
    there, back = way_over("AAA", "BBB", prices), way_over("BBB", "AAA", prices)
    assert there is not None and back is not None

    again = converted(converted(amount, there, prices), back, prices)

    assert abs(again - amount) <= amount * Decimal("1e-25")


def test_no_way_leads_over_an_asset_that_it_begins_or_ends_with() -> None:
    for way in ways("USD", "BTC"):
        assert [leg.have for leg in way][1:] not in (["USD"], ["BTC"])
