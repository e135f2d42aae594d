"""Feature flags in words, for who runs the bot."""

from collections.abc import Mapping
from datetime import datetime

from common.features import FEATURES, Features, Flag
from common.features.desk import Turned
from common.features.overrides import Override
from common.features.turning import Turn, value_of
from telegram_bot.formatting.html import bold, code, escape
from telegram_bot.formatting.time import moment
from telegram_bot.reader import _, later

_MARKS = {"on": "🟢", "off": "⚪", "killed": "🔴"}
_WORDS = {"on": later("on"), "off": later("off"), "killed": later("killed")}
_REASONS = {
    "killed": later("it was killed"),
    "denied": later("this chat is kept out"),
    "allowed": later("this chat is let in"),
    "share": later("a share of all chats has it"),
    "override": later("somebody turned it"),
    "table": later("the table says so"),
    "unknown": later("the table does not know it"),
    "nobody": later("a share needs a chat"),
}


def listed(features: Features, turned: Mapping[str, Override], waiting: int, now: datetime) -> str:
    """Return every flag, and who turned what until when.

    Args:
        waiting: How many changes the ledger does not know yet.
    """
    title = _("Flags in {environment}").format(environment=features.environment)
    lines = [f"🚩 {bold(escape(title))}"]
    for flag in FEATURES:
        value = value_of(features, flag)
        lines.append(f"{_MARKS.get(value, '🔵')} {code(flag)}: {_word(value)}")
        row = turned.get(flag)
        if row is not None and now < row.expires_at:
            lines.append(_by(row, now))
    if waiting:
        lines += ["", _waits()]
    return "\n".join(lines)


def explained(features: Features, flag: Flag, chat: int) -> str:
    """Say whether a flag is on for a chat, and why."""
    decision = features.decide(flag, chat)
    value = "on" if decision.on else "off"
    return _("{flag} is {state} for chat {chat}: {reason}.").format(
        flag=code(flag),
        state=_word(value),
        chat=code(str(chat)),
        reason=_(_REASONS[decision.reason]),
    )


def turned(turn: Turn, done: Turned) -> str:
    """Say what a turn has done."""
    names = {"flag": code(turn.flag), "old": _word(done.old), "new": _word(done.new)}
    if done.expires_at is None:
        said = _("{flag} was {old}, and is {new}, as the table says.").format(**names)
    else:
        until = moment(done.expires_at, turn.at)
        said = _("{flag} was {old}, and is {new} until {until}.").format(**names, until=until)
    mark = _MARKS.get(done.new, "🔵")
    return f"{mark} {said}" + (f"\n{_waits()}" if done.waiting else "")


def _by(row: Override, now: datetime) -> str:
    return "   " + _("by {actor} until {until}: {reason}").format(
        actor=escape(row.actor), until=moment(row.expires_at, now), reason=escape(row.reason)
    )


def _waits() -> str:
    return _("The ledger hears of it from the next probe.")


def _word(value: str) -> str:
    return _(_WORDS[value]) if value in _WORDS else escape(value)
