"""How long a group of writes waits for company."""

import doctest

from hypothesis import example, given
from hypothesis import strategies as st

from telegram_bot.adapters import database_spacing
from telegram_bot.adapters.database_spacing import COMPANY, GAP_SECONDS, UNSPACED, Spacing


def test_its_examples_hold() -> None:
    assert doctest.testmod(database_spacing).failed == 0


@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.integers(1, 500)), max_size=60))
@example([(0.0, COMPANY)] * 1_000)  # a rush: each group finds company before its time is up
def test_nobody_waits_for_more_than_one_gap_whatever_came_before(
    groups: list[tuple[float, int]],
) -> None:
    spacing, now = Spacing(), 5.0

    for later, members in groups:
        now += later
        assert 0.0 <= spacing.pause(now) <= GAP_SECONDS * 1.000_001
        spacing.went(members)


def test_a_few_answers_a_second_never_wait() -> None:
    spacing = Spacing()
    pauses = []

    for second in range(100):
        for _ in range(UNSPACED):
            pauses.append(spacing.pause(5.0 + second))
            spacing.went(1)

    assert max(pauses) < 1e-6


def test_steady_work_goes_at_most_once_a_gap_unless_it_finds_company() -> None:
    spacing, now, groups = Spacing(), 5.0, 0

    while now < 15.0:
        now += spacing.pause(now) + 0.001
        spacing.went(2)
        groups += 1

    assert groups <= UNSPACED + 10.0 / GAP_SECONDS
