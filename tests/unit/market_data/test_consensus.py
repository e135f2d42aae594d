"""What several exchanges together say: the median of those that make sense."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_data.consensus import Source, agree, deviation_bps

TRUE = Decimal("64123.45")


def said(*prices: str | Decimal, age: float = 0.5) -> list[Source]:
    return [Source(f"s{n}", Decimal(price), age) for n, price in enumerate(prices)]


def names(sources: object) -> list[str]:
    return [source.name for source in sources]  # type: ignore[attr-defined]


def test_three_fresh_sources_give_their_median() -> None:
    verdict = agree(said("100.0", "100.3", "100.1"))

    assert (verdict.price, verdict.quality) == (Decimal("100.1"), "consensus")
    assert names(verdict.used) == ["s0", "s1", "s2"]


def test_one_far_from_the_others_is_left_out() -> None:
    verdict = agree(said("130", "100.0", "100.2"))

    assert (verdict.price, names(verdict.used)) == (Decimal("100.1"), ["s1", "s2"])


@pytest.mark.parametrize(("far", "used"), [("100.49", 3), ("100.51", 2)])
def test_far_is_more_than_half_a_percent(far: str, used: int) -> None:
    assert len(agree(said("100", "100", far)).used) == used


def test_far_is_more_where_spreads_are_wide() -> None:
    def wide(name: str, price: str) -> Source:
        middle = Decimal(price)
        return Source(name, middle, 0.1, middle * Decimal("0.99"), middle * Decimal("1.01"))

    verdict = agree([wide("a", "100"), wide("b", "102"), wide("c", "101")])

    assert len(verdict.used) == 3 and verdict.price == 101


def test_one_wide_spread_does_not_excuse_its_owner() -> None:
    far = Source("far", Decimal(130), 0.1, Decimal(60), Decimal(200))

    assert names(agree([far, *said("100", "100.1")]).used) == ["s0", "s1"]


def test_two_that_agree_give_their_mean() -> None:
    verdict = agree(said("100.0", "100.4"))

    assert (verdict.price, verdict.quality) == (Decimal("100.2"), "consensus")


@pytest.mark.parametrize(("other", "quality"), [("100.50", "consensus"), ("100.52", "disputed")])
def test_two_agree_within_half_a_percent(other: str, quality: str) -> None:
    assert agree(said("100", other)).quality == quality


def test_two_that_do_not_agree_are_disputed_and_the_preferred_one_is_told() -> None:
    verdict = agree(said("100", "101"))

    assert (verdict.price, verdict.quality) == (Decimal(100), "disputed")
    assert names(verdict.used) == ["s0"] and names(verdict.disputed) == ["s0", "s1"]


def test_two_against_two_are_disputed() -> None:
    verdict = agree(said("100", "103", "100.1", "103.1"))

    assert (verdict.price, verdict.quality) == (Decimal(100), "disputed")


def test_three_against_one_are_not() -> None:
    assert agree(said("103", "100", "100.2", "100.1")).quality == "consensus"


def test_the_median_names_who_said_it() -> None:
    low, middle, high = (
        Source(name, Decimal(price), age)
        for name, price, age in (("a", "100", 9.0), ("b", "100.1", 2.0), ("c", "100.2", 7.0))
    )
    again = Source("d", Decimal("100.1"), 0.5)

    assert names(agree([low, middle, high]).middle) == ["b"]
    assert {*names(agree([low, middle]).middle)} == {"a", "b"}
    assert names(agree([again, low, middle, high]).middle) == ["d"]


def test_one_is_single() -> None:
    verdict = agree(said("100"))

    assert (verdict.price, verdict.quality, names(verdict.used)) == (Decimal(100), "single", ["s0"])


@pytest.mark.parametrize(("age", "used"), [(10.0, 3), (10.1, 2)])
def test_only_fresh_sources_count(age: float, used: int) -> None:
    frozen = Source("frozen", Decimal("100.1"), age)

    assert len(agree([frozen, *said("100", "100.2")]).used) == used


def test_of_old_ones_the_youngest_is_told() -> None:
    old, older = Source("a", Decimal(100), 40.0), Source("b", Decimal(101), 20.0)

    verdict = agree([old, older])

    assert (verdict.price, verdict.quality) == (Decimal(101), "single")


def test_a_last_trade_outside_the_own_offers_does_not_count_beside_others() -> None:
    slip = Source("slip", Decimal(130), 0.1, Decimal("99.9"), Decimal("100.1"))

    verdict = agree([slip, *said("100")])

    assert not slip.sound
    assert (verdict.price, verdict.quality) == (Decimal(100), "single")


def test_crossed_offers_say_nothing() -> None:
    assert Source("a", Decimal(100), 0.1, Decimal(120), Decimal(110)).sound


def test_a_deviation_is_signed() -> None:
    assert deviation_bps(Decimal("99.99"), Decimal(100)) == Decimal("-1.0")


# The bar: two basis points, whatever one source does

noise = st.integers(-15, 15).map(lambda n: 1 + Decimal(n) / 100_000)  # 1.5 basis points
broken = st.sampled_from(["x1.3", "frozen", "frozen and unaware", "gone", "slip", "fine"])


@given(
    st.lists(noise, min_size=3, max_size=5),
    st.data(),
    broken,
    st.integers(-10_000, 10_000).map(lambda n: 1 + Decimal(n) / 100_000),
)
def test_one_broken_source_moves_the_price_by_less_than_two_basis_points(
    noises: list[Decimal], data: st.DataObject, fault: str, moved: Decimal
) -> None:
    sources = [Source(f"s{n}", TRUE * off, 1.0) for n, off in enumerate(noises)]
    victim = data.draw(st.integers(0, len(sources) - 1))
    match fault:
        case "x1.3":
            sources[victim] = Source("bad", TRUE * Decimal("1.3"), 1.0)
        case "frozen":
            sources[victim] = Source("bad", TRUE * moved, 60.0)
        case "frozen and unaware":  # it says that its old price is of now
            sources[victim] = Source("bad", TRUE * moved, 1.0)
        case "slip":
            book = TRUE * Decimal("0.9999"), TRUE * Decimal("1.0001")
            sources[victim] = Source("bad", TRUE * Decimal("1.3"), 1.0, *book)
        case "gone":
            del sources[victim]

    verdict = agree(sources)

    # A frozen price that still agrees with two others may pull their mean by its own reach.
    assert verdict.quality == "consensus"
    assert abs(deviation_bps(verdict.price, TRUE)) <= 2


@given(st.lists(st.decimals("0.01", "1000000", places=4), min_size=1, max_size=6))
def test_the_price_lies_among_those_that_it_stands_on(prices: list[Decimal]) -> None:
    verdict = agree(said(*prices))

    told = [source.price for source in verdict.used]
    assert min(told) <= verdict.price <= max(told)
    assert verdict.quality != "single" or len(prices) == 1
