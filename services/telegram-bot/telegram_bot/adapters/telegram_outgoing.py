"""A reply as the calls that bring it to a person."""

from dataclasses import dataclass, replace
from typing import Any

from telegram_bot.adapters.telegram_keyboard import keyboard
from telegram_bot.formatting.split import split
from telegram_bot.outgoing import Attachment, Keep, Outgoing
from telegram_bot.ports import Offer
from telegram_bot.replies import Picture, Reply


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
    if reply.picture is not None:
        said = {**_shown(reply.picture), **_caption(reply), **_place(place), **_buttons(reply)}
        return (_with_picture(Outgoing("sendPhoto", said, answers), reply.picture),)
    if reply.document is not None:
        file = Attachment(reply.document.name, reply.document.kind, reply.document.content)
        said = {"document": "attach://file", **_caption(reply), **_place(place), **_buttons(reply)}
        return (Outgoing("sendDocument", said, answers, file=file),)
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


def silenced(what: Outgoing) -> Outgoing:
    """Return a message that comes without a sound."""
    return replace(what, parameters={**what.parameters, "disable_notification": True})


def edit(
    reply: Reply, message: int, *, answers: int | None = None, tap: str | None = None
) -> Outgoing:
    """Return what replaces the text, the picture and the buttons of our own message."""
    if reply.picture is not None:
        media = {"type": "photo", "media": _photo(reply.picture), **_caption(reply)}
        said = {"message_id": message, "media": media, **_buttons(reply)}
        return _with_picture(Outgoing("editMessageMedia", said, answers, tap), reply.picture)
    parameters = {"message_id": message, **_text(split(reply.text)[0]), **_buttons(reply)}
    return Outgoing("editMessageText", parameters, answers, tap)


def drawn_again(what: Outgoing, reply: Reply) -> Outgoing:
    """Return a call with its picture, and what is said of it, replaced by those of a reply."""
    message = what.parameters.get("message_id")
    made = new_messages(reply, Place())[0] if message is None else edit(reply, message)
    said = {**what.parameters, **made.parameters}
    return replace(made, parameters=said, answers_message=what.answers_message, tap=what.tap)


def edit_inline(reply: Reply, message: str, tap: str) -> Outgoing:
    """Return what replaces the text and the buttons of a message sent by way of the bot."""
    said = {"inline_message_id": message, **_text(split(reply.text)[0]), **_buttons(reply)}
    return Outgoing("editMessageText", said, tap=tap)


def article(number: int, offer: Offer) -> dict[str, Any]:
    """Return an offer as a result of an inline query."""
    text = _text(split(offer.reply.text)[0])
    return {
        "type": "article",
        "id": str(number),
        "title": offer.title,
        "description": offer.description,
        "input_message_content": {"message_text": text.pop("text"), **text},
        **_buttons(offer.reply),
    }


def _shown(picture: Picture) -> dict[str, Any]:
    return {"photo": _photo(picture)}


def _photo(picture: Picture) -> str:
    return picture.file_id or "attach://file"


def _caption(reply: Reply) -> dict[str, Any]:
    return {"caption": reply.text, "parse_mode": "HTML"}


def _with_picture(what: Outgoing, picture: Picture) -> Outgoing:
    """Add the bytes, where Telegram does not have them, and the name to keep them by."""
    png = None if picture.file_id else picture.png
    file = Attachment("chart.png", "image/png", png) if png is not None else None
    keep = Keep(picture.shown, picture.until, picture.again, picture.language)
    return replace(what, file=file, keep=keep if picture.shown else None)


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
