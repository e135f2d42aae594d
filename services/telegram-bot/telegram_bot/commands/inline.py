"""Inline mode: `@bot btc` and `@bot atr eth 4h` in any chat, also where the bot is not.

What is offered comes from the commands that answer everybody; a result is the message that such a
command would answer, with buttons that change it in place.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from telegram_bot.commands import Command, Request, Services, is_on, talking
from telegram_bot.commands.doubt import written_by
from telegram_bot.commands.listed import bases
from telegram_bot.commands.pace import Pace
from telegram_bot.commands.price import LIVE
from telegram_bot.commands.talk_meaning import Sure
from telegram_bot.commands.words import words_of
from telegram_bot.people import People
from telegram_bot.ports import Offer, Speaker
from telegram_bot.reader import _, reader, reading_as
from telegram_bot.replies import Button, Press, Reply, Rows

MOST = 5
_WELL_KNOWN = ("BTC", "ETH", "SOL", "BNB", "XRP")
_PICTURES = ("chart",)
_OURS_ALONE = ("alert", *_PICTURES)
_NOT_OFFERED = ("start", "help", *_PICTURES)
_LONGEST = 120
_TABLE = re.compile(r"<pre>(.*?)</pre>", re.DOTALL)
_MARKUP = re.compile(r"<[^>]*>")


class Runs(Protocol):
    """Runs a command; see `Conversation.run`."""

    async def run(self, command: Command, request: Request) -> tuple[Reply, bool]:
        """Return the reply, and whether the command went well."""
        ...


class Inline:
    """`ports.Offering` by way of commands."""

    def __init__(self, services: Services, runs: Runs, pace: Pace) -> None:
        """Answer each person as often as `pace` lets them: a query comes with every letter."""
        self._services = services
        self._runs = runs
        self._pace = pace

    async def offers(self, query: str, speaker: Speaker) -> Sequence[Offer]:
        """Return up to five results; where nothing can be understood, one that says what would."""
        if not self._services.features.enabled("inline_mode", speaker.chat):
            return ()
        if self._pace.wait(speaker.user) != 0:
            return ()
        people: People = self._services.people
        with reading_as(await people.reader(speaker.chat, speaker.told or "")):
            found: list[Offer] = []
            words = words_of(query)
            typed = bool(words) and self._named(words[0]) is not None
            meant = [] if typed else await self._meant(query)
            for command, asked in (meant or await self._asked(words, speaker.chat))[:MOST]:
                reply, well = await self._runs.run(command, Request(asked, speaker, typed))
                if not well and not found:
                    return (_hint(reply),)
                known = any(reply.text == offer.reply.text for offer in found)
                if well and reply.picture is None and not known:
                    found.append(_offer(reply))
            return found

    async def _asked(self, words: Sequence[str], chat: int) -> list[tuple[Command, Sequence[str]]]:
        """Return what to run: the first is what was asked, the rest is close to it."""
        price, atr = (self._services.commands.find(name) for name in ("price", "atr"))
        assert price is not None and atr is not None
        if not words:
            words = await self._services.watchlists.watched(chat)
        if not words:
            listed = await bases(self._services)
            words = [name for name in _WELL_KNOWN if name in listed] or _WELL_KNOWN[:1]
        named = self._named(words[0])
        if named is not None and named is not price:
            return [(named, words[1:])]
        markets = words[1:] if named is price else words
        if len(markets) == 1:
            return [(price, markets), (atr, [*markets, reader().timeframe.value])]
        return [(price, markets), *((price, [market]) for market in markets)]

    async def _meant(self, query: str) -> list[tuple[Command, Sequence[str]]]:
        """Return what a sentence such as `100 euro in dollar` asks; all that it may ask."""
        with written_by(hand=True):
            meaning = await talking.meaning(query, self._services)
        lines = (
            [meaning.command] if isinstance(meaning, Sure) else meaning.choices if meaning else ()
        )
        found = [(self._named(line.split()[0]), line.split()[1:]) for line in lines]
        return [(command, words) for command, words in found if command is not None]

    def _named(self, word: str) -> Command | None:
        """Return the command that the first word names, where it may be offered."""
        command = self._services.commands.find(word.removeprefix("/"))
        if command is None or command.groups != "everybody" or command.name in _NOT_OFFERED:
            return None
        return command if is_on(command, self._services.features) else None


def in_place(rows: Rows) -> Rows:
    """Let every button change the message it is under: in that chat the bot can write no other."""
    changed = (
        tuple(replace(item, fresh=False) if isinstance(item, Press) else item for item in row)
        for row in rows
    )
    here = (tuple(item for item in row if not _is_ours_alone(item)) for row in changed)
    return tuple(row for row in here if row)


def _is_ours_alone(button: Button) -> bool:
    """Say whether a button works under our own messages alone: pictures, what goes on,
    and what sets something up."""
    if not isinstance(button, Press):
        return False
    return button.command.endswith(LIVE) or button.command.split(" ")[0] in _OURS_ALONE


def _offer(reply: Reply) -> Offer:
    first, *rest = _lines(reply)
    block = _TABLE.search(reply.text)
    head, *rows = block[1].splitlines() if block else [""]
    if rows and rest[0] == head.strip():  # the names of columns say nothing alone
        cells = (re.split(" +", row.strip()) for row in rows)  # a number may hold other spaces
        return Offer(first, " · ".join(" ".join(row[:2]) for row in cells)[:_LONGEST], reply)
    return Offer(first, rest[0] if rest else "", reply)


def _hint(reply: Reply) -> Offer:
    like_this = _("Write for example: {examples}").format(examples="btc · btc eth · atr eth 4h")
    return Offer(_lines(reply)[0], like_this, replace(reply, buttons=()))


def _lines(reply: Reply) -> list[str]:
    """Return the reply's lines without markup, each short enough for a list of results."""
    plain = html.unescape(_MARKUP.sub("", reply.text))
    return [line.strip()[:_LONGEST] for line in plain.splitlines() if line.strip()]
