"""/flags, for who runs the bot: what is on here, why, and turning it, as the command line does."""

import re
from datetime import timedelta

from common.errors import BadInput
from common.features import FEATURES, Flag
from common.features.overrides import BadOverrides
from common.features.turning import VERBS, Turn, Verb, act_of, read_time
from telegram_bot.commands import Command, Request, Services
from telegram_bot.formatting import flags
from telegram_bot.reader import _, later
from telegram_bot.replies import Reply

_LASTS = "7d"
_LIKE_A_TIME = re.compile(r"\d+[a-z]")  # "500 errors" begins a reason


async def answer(request: Request, services: Services) -> Reply:
    """List the flags, explain one, or turn one."""
    try:
        return await _answer(request, services)
    except BadOverrides as error:
        raise BadInput(str(error)) from None
    except OSError as error:
        said = _("The flags cannot be reached, so nothing was turned: {reason}")
        raise BadInput(said.format(reason=str(error))) from None


async def _answer(request: Request, services: Services) -> Reply:
    if not request.words:
        sheet, now = await services.flags.sheet(), services.clock.now()
        turned = sheet.overrides.get(services.features.environment, {})
        return Reply(flags.listed(services.features, turned, len(sheet.unrecorded), now))
    verb, *words = request.words
    if verb == "explain":
        return _explained(words, request, services)
    for known in VERBS:
        if verb == known:
            return await _turned(known, words, request, services)
    raise BadInput(_usage())


def _explained(words: list[str], request: Request, services: Services) -> Reply:
    flag = _flag(words)
    chat = request.speaker.chat
    if len(words) > 1:
        if not words[1].removeprefix("-").isdecimal():
            raise BadInput(_usage())
        chat = int(words[1])
    return Reply(flags.explained(services.features, flag, chat))


async def _turned(verb: Verb, words: list[str], request: Request, services: Services) -> Reply:
    flag, rest = _flag(words), words[1:]
    value = rest.pop(0) if rest and verb != "kill" else ""
    shrink = verb == "ramp" and rest[:1] in (["shrink"], ["--shrink"])
    rest = rest[1:] if shrink else rest
    lasts = _time(rest[0]) if rest else None
    reason = " ".join(rest[1:] if lasts else rest)
    if not reason or (not value and verb != "kill"):
        raise BadInput(_usage())
    actor = f"owner {request.speaker.user}"
    at = services.clock.now().replace(microsecond=0)
    turn = Turn(services.features.environment, flag, actor, reason, at, lasts or read_time(_LASTS))
    done = await services.flags.turn(turn, act_of(verb, value, shrink=shrink))
    return Reply(flags.turned(turn, done))


def _time(word: str) -> timedelta | None:
    """Return the time that a word says; None where it begins the reason."""
    return read_time(word) if _LIKE_A_TIME.fullmatch(word) else None


def _flag(words: list[str]) -> Flag:
    asked = words[0] if words else ""
    for flag in FEATURES:
        if asked == flag:
            return flag
    known = ", ".join(FEATURES)
    raise BadInput(_("There is no such flag. There are {known}.").format(known=known))


def _usage() -> str:
    examples = ", ".join(COMMAND.examples[1:])
    return _("Say what, which flag and why: {examples}").format(examples=examples)


COMMAND = Command(
    name="flags",
    usage="/flags [explain FLAG [CHAT] | kill FLAG | set FLAG on|off|25%|table | ramp FLAG 50%] …",
    summary=later("what is on here and why; turn it for a while, with a reason"),
    examples=(
        "/flags",
        "/flags explain charts",
        "/flags kill charts 4h too slow",
        "/flags set charts 25% 7d first users",
        "/flags ramp charts 50% nothing broke",
    ),
    answer=answer,
    owners=True,
)
