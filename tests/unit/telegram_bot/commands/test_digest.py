from datetime import UTC, date, datetime, time, timedelta

import pytest
import pytz

from common.errors import Unavailable
from telegram_bot.people import Strangers
from telegram_bot.reader import Reader
from telegram_bot.replies import Reply
from tests.support.talk import Talk, labels, press


class Berliners(Strangers):
    """Everybody lives in Berlin."""

    async def reader(self, chat: int, told: str | None = None) -> Reader:
        return Reader(language="de" if told == "de" else "en", zone=pytz.timezone("Europe/Berlin"))


def talk() -> Talk:
    return Talk(people=Berliners())


async def test_a_digest_is_planned_in_the_persons_own_zone() -> None:
    it = talk()

    said = await it.say("/digest 08:30")
    kept = await it.services.digests.digest(1001)

    assert "comes at <b>08:30</b> (CET), every day." in said.text
    assert kept is not None
    # It is 09:12 in Berlin: the next one is tomorrow's.
    assert (kept.due, kept.day) == (datetime(2026, 11, 22, 7, 30, tzinfo=UTC), date(2026, 11, 22))
    assert (await it.say("/digest")).text == said.text


@pytest.mark.parametrize(
    ("words", "at", "days"),
    [
        ("18:00 weekdays", time(18), {0, 1, 2, 3, 4}),
        ("mon,wed 8am", time(8), {0, 2}),
        ("sa so 12pm", time(12), {5, 6}),
        ("12am", time(0), set(range(7))),
        ("7.05 täglich", time(7, 5), set(range(7))),
        ("18h fri", time(18), {4}),
    ],
)
async def test_times_and_days_are_read_in_many_forms(words: str, at: time, days: set[int]) -> None:
    it = talk()

    await it.say(f"/digest {words}")
    kept = await it.services.digests.digest(1001)

    assert kept is not None and kept.at == at and set(kept.weekdays) == days


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("25:00", "no time of day"),
        ("8:60", "no time of day"),
        ("13pm", "no time of day"),
        ("weekdays", "At what time?"),
        ("8:30 9:30", "I don't understand"),
        ("soon", "I don't understand"),
    ],
)
async def test_what_is_no_time_says_what_would_be(words: str, said: str) -> None:
    it = talk()

    assert said in (await it.say(f"/digest {words}")).text
    assert await it.services.digests.digest(1001) is None


async def test_without_a_digest_it_is_taught_and_offered() -> None:
    reply = await talk().say("/digest")

    assert "<code>/digest 08:30</code>" in reply.text
    assert labels(reply) == [["07:00", "08:30", "12:00", "18:00"], ["👀 Show me one"]]


async def test_a_digest_is_stopped_by_word_and_by_tap() -> None:
    it = talk()
    planned = await it.say("/digest 08:30")

    stopped = await it.tap(press(planned, "🔕 Off"))

    assert isinstance(stopped, Reply) and stopped.text == "🔕 No more digests."
    assert (await it.say("/digest aus")).text == "There is no digest to stop."


async def test_a_digest_holds_ones_coins_who_moved_and_the_portfolio() -> None:
    it = talk()
    await it.say("/watch btc eth")
    await it.say("/portfolio add BTC 0.5 @ 61200")

    text = (await it.say("/digest now")).text

    assert text.startswith("☀️ <b>Good morning</b> <b>— Sat 21 Nov, 09:12 CET</b>\n")
    assert "67,250.10" in text and "3,415.22" in text
    assert "Biggest mover: <b>BTC</b> <b>+2.41%</b> in 24 h" in text
    assert "Moves most: <b>BTC</b>, usually 1.26% a day (normal)" in text
    assert "Portfolio: <b>33,625.05</b> USDT, 24 h <b>+791.28</b>" in text
    assert "late" not in text


async def test_without_a_watchlist_the_largest_markets_are_told() -> None:
    it = talk()

    text = (await it.say("/digest now")).text

    assert "yours come here with <code>/watch btc</code>" in text
    assert "BTC" in text and "AAPL" not in text and "Portfolio" not in text


@pytest.mark.parametrize(("hours", "greeting"), [(4, "🌤"), (10, "🌙"), (18, "🌙"), (21, "☀️")])
async def test_the_greeting_fits_the_hour(hours: int, greeting: str) -> None:
    it = talk()
    it.clock.advance(timedelta(hours=hours))

    assert (await it.say("/digest now")).text.startswith(greeting)


async def test_a_german_reads_german() -> None:
    it = talk()

    reply = await it.say("/digest now", it.speaker(told="de"))

    assert reply.text.startswith("☀️ <b>Guten Morgen</b> <b>— Sa 21. Nov, 09:12 CET</b>")


async def test_without_prices_there_is_no_digest() -> None:
    it = talk()
    it.market.failure = Unavailable("down")

    assert "unavailable" in (await it.say("/digest now")).text


async def test_markets_without_atr_leave_the_line_out() -> None:
    it = talk()
    await it.say("/watch btc eth")
    it.market.failure, it.market.failing = Unavailable("down"), {"atr"}

    assert "Moves most" not in (await it.say("/digest now")).text


async def test_in_a_group_only_admins_plan_a_digest() -> None:
    it = talk()

    refused = await it.say("/digest 08:00", it.speaker(chat=-100))

    assert "for its admins" in refused.text
    assert await it.services.digests.digest(-100) is None


async def test_alerts_that_a_usual_day_could_fire_are_named() -> None:
    it = talk()
    await it.say("/alert BTC > 68000")  # 0.89 of an ATR of 845.32 away
    await it.say("/alert BTC > 70000")
    await it.say("/alert BTC atr 2 4h")

    text = (await it.say("/digest now")).text

    assert "Alert #1 is near: <b>BTC</b> at 68,000.00, 89% of a usual day away" in text
    assert "70,000.00" not in text
