"""Answering sentences: a command without its slash, one that was understood, or a question back."""

from dataclasses import replace

from common.assets import NAMES, QUOTES
from telegram_bot.commands import Services, talk
from telegram_bot.commands.listed import bases
from telegram_bot.commands.talk_meaning import Meaning, Sure, Unsure
from telegram_bot.formatting.html import code, escape
from telegram_bot.reader import _
from telegram_bot.replies import Press, Reply

_KNOWN = frozenset(NAMES) | frozenset(QUOTES)
_MOST_WORDS = 12
_NEVER_BARE = ("start", "cancel", "price")
# Behind the name of a command they begin a sentence: `alert me when`, `chart of`.
_GO_ON = frozenset(("me", "us", "of", "for", "the", "mir", "mich", "uns", "von", "vom", "für"))


async def meaning(text: str, services: Services) -> Meaning | None:
    """Return what a sentence means here; None where it means nothing for certain."""
    words = text.lower().split(maxsplit=2)
    bare = _bare(text, words[0] if words else "", services)
    if len(words) < 2 or (bare and words[1] not in _GO_ON):
        return bare  # a coin alone means nothing here
    known = _KNOWN | await bases(services)
    return talk.understand(text, known.__contains__) or bare


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
    command = services.commands.find(first)
    if command is None or command.name != first or first in _NEVER_BARE:
        return None
    if first.upper() in NAMES or len(text.split()) > _MOST_WORDS:
        return None
    return Sure(f"{first} {text.strip().partition(' ')[2]}".strip(), bare=True)
