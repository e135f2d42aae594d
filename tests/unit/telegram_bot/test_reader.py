"""Who reads, and in which language."""

import asyncio

import pytest

from telegram_bot.people import Choices, Strangers
from telegram_bot.reader import Language, Reader, _, later, plural, reader, reading_as
from tests.support.talk import Talk

GERMAN = Reader(language="de", numbers="1.234,56")
MARKED = later("Did you mean {command}?")


def test_texts_come_in_the_language_of_who_reads_them() -> None:
    with reading_as(GERMAN):
        german = _(MARKED)

    assert german == "Meinst du {command}?"
    assert _(MARKED) == "Did you mean {command}?"


def test_a_text_that_is_in_no_catalogue_stays_as_it_is() -> None:
    with reading_as(GERMAN):
        assert _("BTC") == "BTC"


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_plural_follows_the_count(language: Language) -> None:
    with reading_as(Reader(language=language)):
        forms = [plural("{count} gap", "{count} gaps", count) for count in (0, 1, 2)]

    assert forms == ["{count} gaps", "{count} gap", "{count} gaps"]


async def test_work_at_the_same_time_keeps_its_own_reader() -> None:
    async def written(someone: Reader) -> str:
        with reading_as(someone):
            await asyncio.sleep(0)
            return reader().language

    languages = await asyncio.gather(written(GERMAN), written(Reader()))

    assert list(languages) == ["de", "en"]


def test_numbers_follow_the_language_unless_they_were_chosen() -> None:
    assert Choices().reader("de").numbers == "1.234,56"
    assert Choices(numbers="1 234,56").reader("de").numbers == "1 234,56"
    assert Choices(language="en").reader("de") == Choices().reader("en") == Reader()


async def test_a_stranger_is_answered_in_the_language_that_telegram_names() -> None:
    assert (await Strangers().reader(1001, "de-CH")).language == "de"


async def test_a_conversation_is_held_in_the_speakers_language() -> None:
    talk = Talk()

    reply = await talk.say("/prise", talk.speaker(told="de"))

    assert reply.text == "<code>/prise</code> kenne ich nicht. Meinst du <code>/price</code>?"


async def test_a_group_reads_english_whoever_asks() -> None:
    talk = Talk()

    reply = await talk.say(f"/prise@{talk.bot}", talk.speaker(chat=-100, told="de"))

    assert reply.text.startswith("I don't know")
