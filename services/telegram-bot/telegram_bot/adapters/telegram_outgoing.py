"""A reply as the calls that bring it to a person."""

from dataclasses import dataclass
from typing import Any

from telegram_bot.adapters.telegram_keyboard import keyboard
from telegram_bot.formatting.split import split
from telegram_bot.ports import Reply
from telegram_bot.work import Outgoing


@dataclass(frozen=True, slots=True)
class Place:
    """Where in its chat an answer goes.

    Attributes:
        thread: The topic of a forum group.
        reply_to: The message that is answered, quoted in groups.
    """

    thread: int | None = None
    reply_to: int | None = None


def new_messages(reply: Reply, place: Place, *, answers: int | None = None) -> tuple[Outgoing, ...]:
    """Return as many messages as the text takes, cut at lines; the last one has the buttons.

    Args:
        answers: Their message, whose edit shall find the last of ours.
    """
    pieces = split(reply.text)
    last = len(pieces) - 1
    return tuple(
        Outgoing(
            "sendMessage",
            {
                **_text(piece),
                **_place(place),
                **(_buttons(reply) if number == last else {}),
            },
            answers_message=answers if number == last else None,
        )
        for number, piece in enumerate(pieces)
    )


def edit(
    reply: Reply, message: int, *, answers: int | None = None, tap: str | None = None
) -> Outgoing:
    """Return what replaces the text and the buttons of our own message."""
    parameters = {"message_id": message, **_text(split(reply.text)[0]), **_buttons(reply)}
    return Outgoing("editMessageText", parameters, answers, tap)


def _text(markup: str) -> dict[str, Any]:
    return {
        "text": markup,
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }


def _buttons(reply: Reply) -> dict[str, Any]:
    shown = keyboard(reply.buttons)
    return {"reply_markup": shown} if shown else {}


def _place(place: Place) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if place.thread is not None:
        found["message_thread_id"] = place.thread
    if place.reply_to is not None:
        quoted = {"message_id": place.reply_to, "allow_sending_without_reply": True}
        found["reply_parameters"] = quoted
    return found
