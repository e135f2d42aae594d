"""Markets that do not answer."""

from dataclasses import dataclass, field

import pytest

from telegram_bot.alerts.silence import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    UNLISTED_FOR,
    WITHOUT_PRICES_FOR,
    Silence,
    Why,
)


@dataclass
class Asked:
    """A market that is asked whenever it may be, and does not answer."""

    now: float = 0.0
    times: list[float] = field(default_factory=list)
    told: list[tuple[float, Why]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.silence: Silence[str] = Silence(lambda: self.now)

    def go_on(self, seconds: float, *, unlisted: bool, others: bool = True) -> None:
        until = self.now + seconds
        while self.now < until:
            if self.silence.may_ask("gone"):
                self.silence.asks("gone")
                self.times.append(self.now)
                why = self.silence.fails("gone", unlisted=unlisted)
                if why is not None:
                    self.told.append((self.now, why))
            if others:
                self.silence.answers("other")
            self.now += FIRST_PAUSE


def test_who_is_silent_is_asked_ever_more_rarely() -> None:
    it = Asked()
    it.go_on(3_600, unlisted=False)

    pauses = [later - at for at, later in zip(it.times, it.times[1:], strict=False)]
    assert pauses[0] == FIRST_PAUSE and pauses == sorted(pauses)
    assert max(pauses) == LONGEST_PAUSE and len(it.times) < 25


@pytest.mark.parametrize("others", [True, False])
def test_a_market_that_is_listed_no_more_is_given_up_once(others: bool) -> None:
    it = Asked()
    it.go_on(2 * WITHOUT_PRICES_FOR, unlisted=True, others=others)

    ((at, why),) = it.told
    assert why == "not listed" and UNLISTED_FOR <= at <= UNLISTED_FOR + LONGEST_PAUSE


def test_a_market_without_prices_for_a_day_is_given_up_where_others_have_some() -> None:
    it = Asked()
    it.go_on(2 * WITHOUT_PRICES_FOR, unlisted=False)

    ((at, why),) = it.told
    assert why == "no prices" and 0 <= at - WITHOUT_PRICES_FOR <= LONGEST_PAUSE


def test_nobody_is_given_up_while_nothing_answers() -> None:
    it = Asked()
    it.go_on(3 * WITHOUT_PRICES_FOR, unlisted=False, others=False)

    assert not it.told


def test_an_answer_makes_good_all_that_was() -> None:
    it = Asked()
    it.go_on(UNLISTED_FOR - 60, unlisted=True)
    it.silence.answers("gone")
    it.go_on(UNLISTED_FOR - 60, unlisted=True)
    it.silence.forget("gone")

    assert not it.told and it.silence.may_ask("gone")
