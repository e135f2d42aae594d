"""Answering sentences: a command without its slash, one that was understood, or a question back."""

from collections.abc import Sequence
from dataclasses import replace

from common.assets import NAMES, QUOTES
from telegram_bot.commands import Services, talk
from telegram_bot.commands.also_called import name_of
from telegram_bot.commands.doubt import readings, written_by
from telegram_bot.commands.listed import bases
from telegram_bot.commands.talk_meaning import Meaning, Sure, Unsure
from telegram_bot.formatting.html import code, escape
from telegram_bot.reader import _
from telegram_bot.replies import Press, Reply

_KNOWN = frozenset(NAMES) | frozenset(QUOTES)
_MOST_WORDS = 12
_NEVER_BARE = ("cancel", "price")
_ALONE = ("start", "help")  # begin many a sentence
# Behind the name of a command they begin a sentence: `alert me when`, `chart of`.
_GO_ON = frozenset(("me", "us", "of", "for", "the", "mir", "mich", "uns", "von", "vom", "für")) | {
    *("if", "when", "once", "wenn", "falls", "sobald")
}


async def meaning(text: str, services: Services) -> Meaning | None:
    """Return what a sentence means here; None where it means nothing for certain."""
    words = text.lower().split(maxsplit=2)
    bare = _bare(text, words[0] if words else "", services)
    if bare and (len(words) < 2 or words[1] not in _GO_ON):
        return bare
    known = _KNOWN | await bases(services)
    found = readings(text)
    with written_by(hand=False):
        meant = [talk.understand(reading.line, known.__contains__) for reading in found]
    return meant[0] or bare if len(meant) == 1 else _one_of(meant)


def _one_of(meant: Sequence[Meaning | None]) -> Meaning | None:
    """Ask which of the things is meant that a doubtful number may make of a sentence."""
    choices: list[str] = []
    for one in meant:
        choices += [one.command] if isinstance(one, Sure) else one.choices if one else ()
    once = tuple(dict.fromkeys(choices))
    return Unsure(_("Which do you mean?"), once) if choices else None


async def in_other_words(name: str, words: Sequence[str], services: Services) -> Sure | None:
    """Return what `/alert me when btc hits 70k` means: the same command, said as a sentence."""
    said = await meaning(" ".join((name, *words)), services)
    meant = isinstance(said, Sure) and not said.bare and said.command.split()[0] == name
    return said if isinstance(said, Sure) and meant else None


def question(unsure: Unsure) -> Reply:
    """Ask, with a button for each thing that may be meant."""
    rows = tuple((Press(f"/{choice}", choice),) for choice in unsure.choices)
    return Reply(escape(unsure.question), rows)


def echoed(sure: Sure, reply: Reply) -> Reply:
    """Say above the answer what was understood; a typed command needs no echo."""
    if sure.bare:
        return reply
    said = _("💬 Understood: {command}").format(command=code(f"/{sure.command}"))
    return replace(reply, text=f"{said}\n{reply.text}")


def _bare(text: str, first: str, services: Services) -> Sure | None:
    """Read `atr btc 4h`: a command's whole name and what it takes."""
    name = name_of(first)
    command = services.commands.find(name)
    if command is None or command.name != name or name in _NEVER_BARE:
        return None
    if name in _ALONE and len(text.split()) > 1:
        return None
    if first.upper() in NAMES or len(text.split()) > _MOST_WORDS:
        return None
    return Sure(f"{name} {text.strip().partition(' ')[2]}".strip(), bare=True)
