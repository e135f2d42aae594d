"""Position size: what a stop may cost decides it, what is there caps it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.wire import Position, Side
from market_data.indicators.position import position


def sized(
    entry: str = "67250.10",
    atr: str = "845.32",
    multiple: str = "2",
    equity: str = "10000",
    risk: str = "1",
    lot: str = "0.00001",
    side: Side = "long",
) -> Position:
    return position(
        entry=Decimal(entry),
        atr=Decimal(atr),
        multiple=Decimal(multiple),
        equity=Decimal(equity),
        risk_pct=Decimal(risk),
        lot_step=Decimal(lot),
        price_step=Decimal("0.01"),
        side=side,
    )


def test_it_gives_the_example_of_the_specification() -> None:
    found = sized()

    assert found.quantity == Decimal("0.05914")
    assert f"{found.cost:.2f} {found.cost_pct:.1f} {found.loss:.2f}" == "3977.17 39.8 99.98"
    assert (found.stop, found.capped, found.refusal) == (Decimal("65559.46"), False, None)


def test_a_short_has_its_stop_above() -> None:
    found = sized(side="short")

    assert found.stop == Decimal("68940.74")
    assert found.quantity == sized().quantity


def test_it_never_costs_more_than_the_equity() -> None:
    found = sized(risk="10")

    assert found.capped
    assert found.quantity == Decimal("0.14869")  # 10,000 / 67,250.10 = 0.148698...
    assert found.cost <= 10_000


def test_a_quantity_that_risk_and_equity_agree_on_is_not_capped() -> None:
    assert not sized(entry="100", atr="10", multiple="1", risk="10", lot="1").capped


@pytest.mark.parametrize("atr", ["33625.05", "33625.048", "50000"])
def test_a_long_whose_stop_would_not_be_above_zero_is_refused(atr: str) -> None:
    found = sized(atr=atr)

    assert found.refusal is not None and "smaller multiple" in found.refusal
    assert found.quantity == found.cost == found.loss == 0
    assert found.stop is None and not found.capped


def test_a_short_is_not_refused_there() -> None:
    found = sized(atr="50000", side="short")

    assert found.refusal is None
    assert found.quantity == Decimal("0.001")


@pytest.mark.parametrize("side", ["long", "short"])
def test_a_market_that_does_not_move_gives_no_stop(side: Side) -> None:
    found = sized(atr="0", side=side)

    assert found.refusal is not None and "did not move" in found.refusal
    assert found.quantity == 0 and found.stop is None


def test_one_lot_that_risks_too_much_gives_none_without_a_refusal() -> None:
    found = sized(equity="100", lot="0.01")

    assert found.quantity == found.cost == found.loss == 0
    assert (found.refusal, found.capped) == (None, False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("entry", "0"),
        ("equity", "0"),
        ("equity", "-5"),
        ("multiple", "0"),
        ("atr", "-1"),
        ("risk", "0"),
        ("risk", "100.01"),
    ],
)
def test_what_cannot_be_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"{value}$|{value} and|{value},"):
        sized(**{name: value})  # type: ignore[arg-type]


money = st.decimals(min_value=Decimal("0.01"), max_value=10**7, places=4).map(str)


@given(
    entry=money,
    atr=money,
    equity=money,
    risk=st.sampled_from(["0.1", "1", "2.5", "100"]),
    lot=st.sampled_from(["0.00001", "0.1", "1"]),
    side=st.sampled_from(["long", "short"]),
)
def test_loss_and_cost_stay_within_what_was_said_and_one_lot_more_would_not(
    entry: str, atr: str, equity: str, risk: str, lot: str, side: Side
) -> None:
    found = sized(entry, atr, "2", equity, risk, lot, side)
    allowed = Decimal(equity) * Decimal(risk) / 100
    distance, one_more = 2 * Decimal(atr), found.quantity + Decimal(lot)

    assert found.quantity % Decimal(lot) == 0
    assert found.loss == found.quantity * distance <= allowed
    assert found.cost == found.quantity * Decimal(entry) <= Decimal(equity)
    if found.refusal is None:
        assert one_more * distance > allowed or one_more * Decimal(entry) > Decimal(equity)
