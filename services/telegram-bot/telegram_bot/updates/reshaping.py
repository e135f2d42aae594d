"""What a message becomes when Telegram does not take it as it is."""

from dataclasses import replace

from telegram_bot.formatting.html import plain
from telegram_bot.formatting.split import LIMIT, split
from telegram_bot.outgoing import Message, Outgoing


def unquoted(what: Outgoing) -> Outgoing:
    """A message is not quoted across chats."""
    return _with(what, reply_parameters=None)


def is_marked_up(what: Outgoing) -> bool:
    return "parse_mode" in what.parameters or "parse_mode" in what.parameters.get("media", ())


def as_plain_text(what: Outgoing) -> Outgoing:
    if "media" in what.parameters:
        media = {**what.parameters["media"], "caption": plain(caption_of(what))}
        return _with(what, media={name: it for name, it in media.items() if name != "parse_mode"})
    name = "caption" if "caption" in what.parameters else "text"
    text = str(what.parameters.get(name, ""))
    return _with(what, **{name: plain(text)}, parse_mode=None)


def as_new_message(what: Outgoing) -> Outgoing:
    if "media" not in what.parameters:
        return replace(_with(what, message_id=None), method="sendMessage")
    media = what.parameters["media"]
    changes = {"photo": media["media"], "caption": caption_of(what)}
    mode = media.get("parse_mode")
    made = _with(what, message_id=None, media=None, parse_mode=mode, **changes)
    return replace(made, method="sendPhoto")


def as_words_alone(what: Outgoing) -> Outgoing:
    """Return a new message that says what the picture's caption says."""
    mode = what.parameters.get("media", what.parameters).get("parse_mode")
    said = {"text": caption_of(what), "parse_mode": mode}
    gone = dict.fromkeys(("photo", "caption", "media", "message_id"))
    return replace(_with(what, **gone, **said), method="sendMessage", keep=None)


def caption_of(what: Outgoing) -> str:
    return str(what.parameters.get("media", what.parameters).get("caption", ""))


def _with(what: Outgoing, **changes: object) -> Outgoing:
    """Return the call with parameters changed; None takes one away."""
    merged = {**what.parameters, **changes}
    kept = {name: value for name, value in merged.items() if value is not None}
    return replace(what, parameters=kept)


def halved(message: Message) -> tuple[Message, ...]:
    """Return the message in parts of half the size; none where there is nothing to cut."""
    text = str(message.what.parameters.get("text", ""))
    pieces = split(text, LIMIT // 2)
    if message.what.method != "sendMessage" or len(pieces) < 2:
        return ()
    last = len(pieces) - 1
    return tuple(
        replace(
            message,
            key=f"{message.key}.{number}",
            marked=True,
            doubtful=0,
            what=(
                _with(message.what, text=piece)
                if number == last
                else replace(
                    _with(message.what, text=piece, reply_markup=None),
                    answers_message=None,
                    tap=None,
                )
            ),
        )
        for number, piece in enumerate(pieces)
    )
