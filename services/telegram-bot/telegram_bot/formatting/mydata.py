"""What is kept about a person: in a few words, and whole as a file."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from telegram_bot.formatting.html import bold, code
from telegram_bot.reader import _, plural

Kept = Mapping[str, Sequence[Mapping[str, Any]]]


def summary(kept: Kept) -> str:
    """Say what is kept, and what can be done about it."""
    rows = sum(len(rows) for rows in kept.values())
    title, counted = _("Your data"), plural("{count} entry", "{count} entries", rows)
    return "\n".join(
        [
            f"🗂 {bold(title)}",
            _("I keep {entries} about you: what you have chosen, and what is on its way.").format(
                entries=bold(counted.format(count=rows))
            ),
            "",
            _("{command} sends you all of it as a file.").format(command=code("/mydata export")),
            _("{command} deletes all of it.").format(command=code("/mydata delete")),
        ]
    )


def policy() -> str:
    """Say what is kept and for how long; docs/privacy.md says the same at length."""
    title = _("What I keep")
    lines = [
        _("Your chat's number, your language and what you choose: until you delete it."),
        _("Alerts, lists and whatever else you set up: until you delete it."),
        _("What you write: until I have answered. My answers: two days."),
        _("A location names the nearest city for your time zone, and is not kept."),
        _("Your name is not kept, and nothing is passed on."),
    ]
    return f"🔒 {bold(title)}\n" + "\n".join(f"• {line}" for line in lines)


def really() -> str:
    """Ask before everything is deleted."""
    return _(
        "Shall I delete everything that I keep about you? Settings, alerts, lists and whatever "
        "else is yours will be gone for good."
    )


def deleted() -> str:
    """Say that it is done."""
    return _("Done: nothing about you is left here. When you write again, we begin anew.")


def attached() -> str:
    """Introduce the file."""
    return _("This is all that I keep about you.")


def document(kept: Kept, person: int, at: datetime) -> bytes:
    """Write everything as JSON that a person can read."""
    whole = {"person": person, "exported_at": at.isoformat(timespec="seconds"), "data": kept}
    return json.dumps(whole, ensure_ascii=False, indent=2, default=_readable).encode()


def _readable(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
