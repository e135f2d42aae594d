"""Messages as rows of the outbox, and back."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, update

from telegram_bot.adapters.database_prepared import Prepared
from telegram_bot.adapters.database_tables import (
    QUEUED,
    SENDING,
    SENT,
    insert_in,
    insert_of,
    outbox,
    pictures,
)
from telegram_bot.outgoing import Attachment, Keep, Message, Outgoing, Receipt

# Begins the key of a message that is deleted once it has arrived.
TRACELESS = "x"


class _Payload(msgspec.Struct, omit_defaults=True):
    """What a row says of its call; the bytes of `file` stand in a column of their own."""

    method: str
    parameters: dict[str, Any]
    tap: str | None = None
    file: tuple[str, str] | None = None
    keep: Keep | None = None


_decoder = msgspec.json.Decoder(_Payload)


def message_of(row: Any, *, doubtful: int | None = None) -> Message:
    """Return the message of a row; `doubtful` where the row is about to be counted anew."""
    payload = _decoder.decode(row.payload)
    return Message(
        key=row.key,
        chat=row.chat,
        what=Outgoing(
            payload.method,
            payload.parameters,
            row.answers_message,
            payload.tap,
            Attachment(*payload.file, bytes(row.file)) if payload.file and row.file else None,
            payload.keep,
        ),
        created_at=row.created_at,
        broadcast=row.broadcast,
        marked=row.state == SENDING,
        doubtful=row.doubtful if doubtful is None else doubtful,
        not_before=row.not_before,
    )


def payload_of(what: Outgoing) -> str:
    """Return what the row keeps of a call."""
    file = (what.file.name, what.file.kind) if what.file is not None else None
    payload = _Payload(what.method, dict(what.parameters), what.tap, file, what.keep)
    return msgspec.json.encode(payload).decode()


def insert(connection: Connection, messages: Sequence[Message], owner: str | None) -> None:
    """Add messages, marked as being sent by `owner` or queued; known keys are passed over."""
    if not messages:
        return
    rows = [
        {
            "key": message.key,
            "chat": message.chat,
            "broadcast": message.broadcast,
            "payload": payload_of(message.what),
            "answers_message": message.what.answers_message,
            "state": SENDING if message.marked else QUEUED,
            "not_before": message.not_before,
            "tries": int(message.marked),
            "owner": owner if message.marked else None,
            "created_at": message.created_at,
            "file": message.what.file.content if message.what.file is not None else None,
        }
        for message in messages
    ]
    _ADD.write(connection, rows)


def mark_sent(connection: Connection, receipts: Sequence[Receipt], now: float) -> None:
    """Note that messages arrived."""
    rows = [{"row": it.key, "message": it.message_id, "now": now} for it in receipts]
    if rows:
        _ARRIVED.write(connection, rows)
    if traceless := [it.key for it in receipts if it.key.startswith(TRACELESS)]:
        connection.execute(delete(outbox).where(outbox.c.key.in_(traceless)))
    _keep_pictures(connection, receipts)


def _keep_pictures(connection: Connection, receipts: Sequence[Receipt]) -> None:
    kept = {
        it.keep.shown: {"shown": it.keep.shown, "file_id": it.file_id, "until": it.keep.until}
        for it in receipts
        if it.keep is not None and it.file_id is not None
    }
    for name in sorted(kept):
        row = insert_of(connection)(pictures).values(**kept[name])
        connection.execute(
            row.on_conflict_do_update(index_elements=[pictures.c.shown], set_=kept[name])
        )


_arriving = (
    update(outbox)
    .where(outbox.c.key == bindparam("row"))
    .values(state=SENT, message_id=bindparam("message"), finished_at=bindparam("now"), file=None)
)


_ARRIVED = Prepared(lambda dialect: _arriving)
_ADD = Prepared(lambda dialect: insert_in(dialect)(outbox).on_conflict_do_nothing())
