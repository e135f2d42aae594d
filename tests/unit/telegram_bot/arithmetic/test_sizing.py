from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market_data.indicators.position import position
from telegram_bot.arithmetic.sizing import NoSize, Size, Sizing, atr_stop, in_atr, size, targets

BTC = Sizing(
    entry=Decimal("67250.10"),
    stop=Decimal("65559.46"),
    equity=Decimal(10_000),
    risk_pct=Decimal(1),
    lot_step=Decimal("0.00001"),
)


def sized(asked: Sizing) -> Size:
    found = size(asked)
    assert isinstance(found, Size)
    return found


def test_the_example_of_the_design_is_sized_as_it_says() -> None:
    found = sized(BTC)

    assert found.quantity == Decimal("0.05914")
    assert round(found.cost, 2) == Decimal("3977.17")
    assert round(found.loss, 2) == Decimal("99.98")
    assert not found.capped


def test_fees_of_both_sides_make_the_position_smaller_and_are_part_of_the_loss() -> None:
    found = sized(replace(BTC, fee_pct=Decimal("0.1")))

    assert found.quantity == Decimal("0.05484")
    assert found.fees > 0
    assert found.loss <= 100 < found.loss + Decimal("0.00001") * 2000


def test_a_near_stop_is_capped_by_the_equity() -> None:
    found = sized(replace(BTC, stop=Decimal("67250.00")))

    assert found.capped
    assert found.cost <= BTC.equity


@pytest.mark.parametrize(
    ("stop", "reason"),
    [
        ("0", NoSize.STOP_BELOW_ZERO),
        ("-5", NoSize.STOP_BELOW_ZERO),
        ("67250.1", NoSize.STOP_AT_ENTRY),
    ],
)
def test_a_stop_that_is_none_gives_no_size(stop: str, reason: NoSize) -> None:
    assert size(replace(BTC, stop=Decimal(stop))) is reason


amounts = st.decimals("0.01", "1000000", places=2)


@settings(max_examples=40)
@given(
    entry=amounts,
    atr=amounts,
    multiple=st.sampled_from([Decimal("0.5"), Decimal(2), Decimal("3.25")]),
    equity=amounts,
    risk_pct=st.decimals("0.01", "100", places=2),
    side=st.sampled_from(["long", "short"]),
)
def test_a_stop_of_atr_is_sized_as_market_data_sizes_it(
    entry: Decimal, atr: Decimal, multiple: Decimal, equity: Decimal, risk_pct: Decimal, side: str
) -> None:
    wanted = position(
        entry=entry,
        atr=atr,
        multiple=multiple,
        equity=equity,
        risk_pct=risk_pct,
        lot_step=Decimal("0.001"),
        price_step=Decimal("0.000001"),
        side=side,  # type: ignore[arg-type]
    )
    stop = atr_stop(entry, atr, multiple, side)  # type: ignore[arg-type]

    found = size(Sizing(entry, stop, equity, risk_pct, Decimal("0.001")))

    if isinstance(found, NoSize):
        assert wanted.refusal is not None
    else:
        assert (found.quantity, found.cost, found.loss) == (
            wanted.quantity,
            wanted.cost,
            wanted.loss,
        )
        assert found.capped == wanted.capped


def test_distances_and_targets_are_counted_from_the_stop() -> None:
    short = replace(BTC, stop=Decimal("100000"))

    assert in_atr(BTC, Decimal("845.32")) == 2
    assert in_atr(BTC, Decimal(0)) is None
    assert targets(BTC.entry, BTC.stop)[0] == Decimal("68940.74")
    assert targets(short.entry, short.stop) == [Decimal("34500.20"), Decimal("1750.30")]
