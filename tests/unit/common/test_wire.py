"""The contract: numbers are decimal strings without exponents."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest

from common.wire import Market, Problem, encode


def market(price_step: str) -> Market:
    return Market(
        symbol="PEPE-USD",
        base="PEPE",
        quote="USD",
        name="Pepe",
        price_step=Decimal(price_step),
        lot_step=Decimal(1),
        quote_volume_24h=None,
        timeframes=["1h"],
        source="simu",
        quality="simulated",
    )


@pytest.mark.parametrize("step", ["1E-8", "0.01", "1E-18", "3.19E-7", "1E+3", "5"])
def test_a_number_is_written_without_an_exponent_and_comes_back_exactly(step: str) -> None:
    body = encode(market(step))

    assert f'"price_step":"{Decimal(step):f}"'.encode() in body
    assert msgspec.json.decode(body, type=Market).price_step == Decimal(step)


@pytest.mark.parametrize("asked", ["1E-9999999", "1E+9999999", "-2.5E+100"])
def test_what_somebody_asked_for_is_never_written_in_full(asked: str) -> None:
    problem = Problem(type="/problems/x", title="X", status=404, detail="No.", code="x")
    problem = msgspec.structs.replace(problem, asked=asked)

    assert msgspec.json.decode(encode(problem))["asked"] == asked


def test_what_a_problem_does_not_say_is_left_out() -> None:
    problem = Problem(type="/problems/x", title="X", status=404, detail="No.", code="x")

    assert set(msgspec.json.decode(encode(problem))) == {
        "type",
        "title",
        "status",
        "detail",
        "code",
    }


def test_times_are_rfc_3339_in_utc() -> None:
    at = datetime(2024, 3, 13, 11, tzinfo=UTC)

    assert msgspec.json.encode(at) == b'"2024-03-13T11:00:00Z"'
