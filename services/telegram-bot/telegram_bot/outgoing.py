"""What people will see: a call of the Bot API, and the row of the outbox that holds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a call, whose parameters name it `attach://file`.

    Attributes:
        name: As people save it, such as `chart.png`.
        kind: Its media type.
    """

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Keep:
    """A picture that may be shown again without its bytes, by the name that Telegram gives it.

    Attributes:
        shown: Names what is in it, at most 80 characters; equal names, equal pictures.
        until: UTC seconds; from then on it would be out of date.
        again, language: What draws it anew, see `ports.Picture`; empty: nothing does.
    """

    shown: str
    until: float
    again: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One call of the Bot API that a person will see.

    Attributes:
        method: Such as `sendMessage`.
        parameters: All but `chat_id`, as JSON takes them.
        answers_message: Their message, when an edit of it shall find what we send now.
        tap: The tap that waits for this, to be answered once it is sent.
        file: Kept in the outbox until it has arrived.
        keep: Of a picture that others may ask for too.
    """

    method: str
    parameters: Mapping[str, Any]
    answers_message: int | None = None
    tap: str | None = None
    file: Attachment | None = None
    keep: Keep | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A row of the outbox that is ours to send.

    Attributes:
        key: Names the message; the same message always has the same key.
        created_at: UTC seconds since 1970.
        marked: Marked as being sent; else `Outbox.sending` comes before the call.
        doubtful: How often it may have arrived already.
        not_before: UTC seconds; Telegram asked us to wait for it.
    """

    key: str
    chat: int
    what: Outgoing
    created_at: float
    broadcast: bool = False
    marked: bool = True
    doubtful: int = 0
    not_before: float = 0.0


@dataclass(frozen=True, slots=True)
class Receipt:
    """A message that arrived; no `message_id` where the call brings none.

    Attributes:
        file_id: What Telegram calls the picture in it.
        keep: The picture, when it is to be shown again.
    """

    key: str
    message_id: int | None
    file_id: str | None = None
    keep: Keep | None = None
