from dataclasses import replace
from datetime import date, time, timedelta

import pytz

from telegram_bot.arithmetic.daily import following, is_due, is_late, is_too_late, moved
from telegram_bot.digests import EVERY_DAY, Digest
from tests.support.replies import AS_OF

TODAY = Digest(1, time(8, 12), EVERY_DAY, "UTC", AS_OF, date(2026, 11, 21))


def test_two_minutes_are_late_and_more_than_two_hours_too_late() -> None:
    assert is_due(TODAY, AS_OF) and not is_due(TODAY, AS_OF - timedelta(seconds=1))
    assert not is_late(TODAY, AS_OF + timedelta(minutes=2))
    assert is_late(TODAY, AS_OF + timedelta(minutes=3))
    assert not is_too_late(TODAY, AS_OF + timedelta(hours=2))
    assert is_too_late(TODAY, AS_OF + timedelta(hours=2, seconds=1))


def test_the_next_one_is_tomorrow_and_after_days_of_silence_todays() -> None:
    tomorrow = following(TODAY, pytz.utc, AS_OF)
    after_days = following(TODAY, pytz.utc, AS_OF + timedelta(days=3, hours=1))

    assert (tomorrow.day, tomorrow.last) == (date(2026, 11, 22), date(2026, 11, 21))
    assert after_days.day == date(2026, 11, 24) and after_days.due < AS_OF + timedelta(days=4)


def test_who_moves_gets_no_second_one_for_a_day_that_had_one() -> None:
    sent = replace(TODAY, last=TODAY.day)
    tokyo = pytz.timezone("Asia/Tokyo")

    again = moved(sent, tokyo, AS_OF)

    assert (again.day, again.zone) == (date(2026, 11, 22), "Asia/Tokyo")
