"""Shares of chats: stable, growing, independent of each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.features.rollout import bucket, rollout

CHATS = range(-10_000, 10_000)


@pytest.mark.parametrize(
    ("flag", "chat", "place"),
    [
        ("charts", 12345, 8520),
        ("charts", -100_200_300, 3321),
        ("alerts", 12345, 7913),
        ("paper", 1, 9363),
    ],
)
def test_a_chats_place_never_changes(flag: str, chat: int, place: int) -> None:
    assert bucket(flag, chat) == place


@given(st.integers(), st.integers(0, 10_000), st.integers(0, 10_000))
def test_who_is_in_a_share_is_in_every_larger_one(chat: int, one: int, other: int) -> None:
    small, large = sorted((one, other))

    assert not bucket("charts", chat) < small or bucket("charts", chat) < large


@pytest.mark.parametrize("percent", [1, 5, 25, 50, 99])
def test_a_share_is_about_as_large_as_it_says(percent: int) -> None:
    inside = sum(bucket("charts", chat) < percent * 100 for chat in CHATS)

    assert inside / len(CHATS) == pytest.approx(percent / 100, abs=0.012)


def test_flags_choose_their_chats_independently() -> None:
    both = sum(bucket("charts", it) < 5_000 and bucket("alerts", it) < 5_000 for it in CHATS)

    assert both / len(CHATS) == pytest.approx(0.25, abs=0.02)


@pytest.mark.parametrize("percent", [0, 100, 25, "12.5", "0.01"])
def test_a_share_is_up_to_a_hundredth_of_a_percent(percent: int | str) -> None:
    assert float(rollout(percent).percent) == float(percent)


@pytest.mark.parametrize("percent", [-1, 120, "0.001", "NaN", "Infinity", "a lot", ""])
def test_anything_else_is_no_share(percent: int | str) -> None:
    with pytest.raises(ValueError, match="use 0 to 100 percent"):
        rollout(percent)
