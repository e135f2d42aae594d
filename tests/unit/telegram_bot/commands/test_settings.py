"""/settings by buttons and by words, /cancel, and the question in between."""

from datetime import time
from decimal import Decimal
from typing import Any

import pytest

from telegram_bot.replies import Notice, Press, Reply
from tests.support.talk import Talk, labels, press


async def chosen(talk: Talk) -> Any:
    return await talk.services.people.choices(1001)


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        ("language de", "language", "de"),
        ("lang English", "language", "en"),
        ("tz berlin", "zone", "Europe/Berlin"),
        ("zeitzone new york", "zone", "America/New_York"),
        ("quote eur", "quote", "EUR"),
        ("quote off", "quote", None),
        ("numbers 1.234,56", "numbers", "1.234,56"),
        ("numbers 1 234,56", "numbers", "1 234,56"),
        ("period 21", "period", 21),
        ("equity 10k", "equity", Decimal(10_000)),
        ("risk 0.5%", "risk_pct", Decimal("0.5")),
        ("risk off", "risk_pct", None),
        ("messages silent", "notifications", "silent"),
        ("quiet 22:00-07:30", "quiet", (time(22), time(7, 30))),
        ("quiet 22 7", "quiet", (time(22), time(7))),
        ("QUIET off", "quiet", None),
    ],
)
async def test_every_setting_can_be_typed(words: str, field: str, value: object) -> None:
    talk = Talk()

    reply = await talk.say(f"/settings {words}")

    assert reply.text.startswith("✅ ")
    assert getattr(await chosen(talk), field) == value


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("language klingon", "is not one of these: en, de"),
        ("tz xyzzy", "I don't know <code>xyzzy</code>"),
        ("quote xyz", "is not one of these: USD"),
        ("numbers 12.34", "is not one of these"),
        ("timeframe 7m", "is not a timeframe"),
        ("period 500", "ATR period must be 2–90"),
        ("equity -5", "is not an amount"),
        ("risk 200%", "at most 100 %"),
        ("quiet 25:00-07:00", "like 22:00-07:00"),
        ("quiet 7-7", "another time"),
        ("colour red", "I know no setting <code>colour</code>. There are language, tz, quote"),
    ],
)
async def test_what_cannot_be_chosen_is_refused_and_changes_nothing(words: str, said: str) -> None:
    talk = Talk()
    before = await chosen(talk)

    reply = await talk.say(f"/settings {words}")

    assert said in reply.text
    assert await chosen(talk) == before


@pytest.mark.parametrize(
    ("name", "words", "shown"),
    [
        ("risk", "0,5%", "•0,5%"),
        ("risk", "off", "•Wie üblich"),
        ("equity", "10k", "•10k"),
        ("quote", "eur", "•EUR"),
        ("tz", "berlin", "•Berlin"),
        ("messages", "leise", "•Lautlos"),
        ("quiet", "22 bis 7", "•22:00–07:00"),
    ],
)
async def test_a_page_marks_what_is_set_in_its_readers_words(
    name: str, words: str, shown: str
) -> None:
    talk = Talk()
    anna = talk.speaker(told="de")

    await talk.say(f"/settings {name} {words}", anna)
    page = await talk.say(f"/settings {name}", anna)

    assert [label for row in labels(page) for label in row if label.startswith("•")] == [shown]


async def test_everything_is_one_message_whose_buttons_edit_it() -> None:
    talk = Talk()
    panel = await talk.say("/settings")

    page = await talk.tap(press(panel, "Numbers"))
    assert isinstance(page, Reply) and page.edits
    assert labels(page) == [["•1,234.56", "1.234,56", "1 234,56"], ["‹ All settings"]]
    changed = await talk.tap(press(page, "1.234,56"))

    assert isinstance(changed, Reply) and changed.edits
    assert "Saved: Numbers: <b>1.234,56</b>" in changed.text
    assert labels(changed) == labels(panel)


async def test_every_button_of_every_page_works() -> None:
    talk = Talk()
    panel = await talk.say("/settings")

    for row in panel.buttons:
        for button in row:
            assert isinstance(button, Press)
            page = await talk.tap(button)
            talk.clock.advance(30)
            assert isinstance(page, Reply)
            for offer in (offer for offers in page.buttons[:-1] for offer in offers):
                assert isinstance(offer, Press) and offer.fits
                reply = await talk.tap(offer)
                talk.clock.advance(30)
                assert isinstance(reply, Reply), offer
                assert reply.text.startswith("✅"), offer


async def test_a_change_of_language_is_answered_in_the_new_one() -> None:
    talk = Talk()

    reply = await talk.say("/settings language de")

    assert reply.text.startswith("✅ Gespeichert: Sprache: <b>Deutsch</b>")
    assert "1.234,56" in reply.text


async def test_plain_words_answer_the_question_of_a_page() -> None:
    talk = Talk()
    await talk.tap(press(await talk.say("/settings"), "Time zone"))

    wrong = await talk.say("xyzzy")
    right = await talk.say("kathmandu")

    assert "I don't know <code>xyzzy</code>" in wrong.text
    assert "Asia/Kathmandu" in right.text
    assert (await chosen(talk)).zone == "Asia/Kathmandu"
    assert "Bitcoin" in (await talk.say("btc")).text


@pytest.mark.parametrize("other", ["/price BTC", "/settings"])
async def test_another_command_ends_the_question(other: str) -> None:
    talk = Talk()
    await talk.say("/settings equity")
    await talk.say(other)

    assert "Bitcoin" in (await talk.say("btc")).text


async def test_cancel_ends_the_question_and_says_so() -> None:
    talk = Talk()
    await talk.say("/settings tz")

    assert "Nothing was changed" in (await talk.say("/cancel")).text
    assert "not waiting" in (await talk.say("/cancel")).text
    assert "Bitcoin" in (await talk.say("btc")).text


async def test_a_shared_place_is_shown_for_confirmation() -> None:
    talk = Talk()

    reply = await talk.say("/settings tz 52.5200,13.4050")

    assert "Is this your time zone?" in reply.text
    first = labels(reply)[0][0]
    assert first == "Europe/Berlin, 09:12"
    assert (await chosen(talk)).zone is None
    await talk.tap(press(reply, first))
    assert (await chosen(talk)).zone == "Europe/Berlin"


async def test_a_tap_that_cannot_be_right_says_so_in_a_notice() -> None:
    talk = Talk()

    said = await talk.tap(Press("old", "settings quote drachma"))

    assert isinstance(said, Notice)
    assert "drachma" in said.text


class Admins:
    """Everybody is an admin."""

    async def is_admin(self, chat: int, user: int) -> bool:
        return True


async def test_a_group_has_settings_of_its_own_that_its_admins_change() -> None:
    talk, group = Talk(admins=Admins()), Talk.speaker(chat=-100, told="de")

    await talk.say("/settings lang de", group)

    assert "kenne ich nicht" in (await talk.say(f"/prise@{talk.bot}", group)).text
    assert (await chosen(talk)).language is None
    assert "Konto" not in (await talk.say("/settings", group)).text
    assert "equity</code> kenne ich" in (await talk.say("/settings equity 10k", group)).text


async def test_who_is_no_admin_changes_nothing_in_a_group() -> None:
    talk, group = Talk(), Talk.speaker(chat=-100)

    reply = await talk.say("/settings lang de", group)

    assert "for its admins" in reply.text
    assert (await talk.services.people.choices(-100)).language is None
