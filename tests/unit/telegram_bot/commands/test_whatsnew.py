"""What is new: read from the changelog, offered once after a release."""

from pathlib import Path

from telegram_bot.commands import releases as module
from telegram_bot.commands.releases import packaged, parse
from telegram_bot.replies import Reply
from tests.support.talk import IN_A_GROUP, ME, Talk, labels, press

TEXT = """# Changelog

## Unreleased

### Added

- something secret

## 1.1.0 - 2030-02-03

### Added

- `/atr <coin>` and more

### Fixed

- a fault

## 1.0.0 - 2030-01-02

- the first
"""
RELEASES = parse(TEXT)


class Told:
    """`News` in memory."""

    def __init__(self, **known: str) -> None:
        self.known = {int(chat[1:]): version for chat, version in known.items()}

    async def is_new_to(self, chat: int, version: str) -> bool:
        before, self.known[chat] = self.known.get(chat), version
        return before not in (None, version)


def talk(told: Told | None = None) -> Talk:
    return Talk(releases=RELEASES, news=told or Told())


async def test_the_newest_release_is_told_and_older_ones_are_a_tap_away() -> None:
    newest = await talk().say("/whatsnew")
    older = await talk().tap(press(newest, "1.0.0"))

    assert newest.text.startswith("<b>✨ What is new in 1.1.0</b> · 2030-02-03")
    assert "• <code>/atr &lt;coin&gt;</code> and more\n• a fault" in newest.text
    assert "secret" not in newest.text
    assert isinstance(older, Reply) and "• the first" in older.text
    assert labels(older) == [["1.1.0"]]


async def test_without_a_release_it_says_so() -> None:
    assert "no release yet" in (await Talk().say("/whatsnew")).text


async def test_who_knew_an_earlier_version_is_offered_the_news_once() -> None:
    it = talk(Told(c1001="1.0.0"))

    answers = [(await it.say(text)).text for text in ("btc", "/price btc")]

    assert [answer.count("/whatsnew") for answer in answers] == [1, 0]
    assert answers[0].endswith("<i>✨ New in version 1.1.0: /whatsnew</i>")


async def test_who_comes_for_the_first_time_is_offered_nothing() -> None:
    it = talk()

    assert "/whatsnew" not in (await it.say("/start", ME)).text
    assert "/whatsnew" not in (await it.say("btc", ME)).text


async def test_a_group_is_offered_nothing() -> None:
    it = talk(Told(c1001="1.0.0"))

    assert "/whatsnew" not in (await it.say("/price btc", IN_A_GROUP)).text


def test_the_changelog_of_this_program_is_found() -> None:
    changelog = Path(module.__file__).parents[4] / "CHANGELOG.md"

    assert packaged() == parse(changelog.read_text(encoding="utf-8"))
