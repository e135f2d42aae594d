"""How far our clock runs ahead of an exchange's, and what says nothing about it."""

from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from market_data.providers.exchange_clock import Ahead

NOW = datetime(2025, 6, 15, 13, 37, 21, tzinfo=UTC)
DATE = "Sun, 15 Jun 2025 13:37:21 GMT"


def ahead(*seconds: float) -> float:
    clock = Ahead("bourse")
    for one in seconds:
        clock.note(DATE, NOW + timedelta(seconds=one))
    return clock.seconds


@pytest.mark.parametrize(
    ("seconds", "by"), [(31, 30), (3.5, 2.5), (3, 0), (0, 0), (-90, 0), (601, 0), (86_400, 0)]
)
def test_only_what_matters_and_can_be_a_clock_counts(seconds: float, by: float) -> None:
    assert ahead(seconds) == by


def test_the_youngest_of_the_last_answers_says_it_best() -> None:
    assert ahead(40, 31, 35) == 30
    assert ahead(0.2, 31, 35) == 0
    assert ahead(0.2, *[31] * 8) == 30


@pytest.mark.parametrize("date", ["", "soon", "Sun, 15 Jun 99999999999999999999 13:00:00 GMT"])
def test_an_answer_without_a_date_says_nothing(date: str) -> None:
    clock = Ahead("bourse")
    clock.note(date, NOW)

    assert clock.seconds == 0


def test_it_is_told_once_each_way() -> None:
    clock = Ahead("bourse")
    with capture_logs() as lines:
        for seconds in (31, 32, 0, 0):
            clock.note(DATE, NOW + timedelta(seconds=seconds))

    assert [line["seconds"] for line in lines] == [30.0, 0.0]
