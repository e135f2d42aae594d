"""What alerts tell, written in the transaction that changes them."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select, update

from telegram_bot.adapters import database_chats, database_messages, database_outbox
from telegram_bot.adapters.database_alert_tables import alert_fires
from telegram_bot.adapters.database_tables import QUEUED, insert_of, outbox
from telegram_bot.adapters.telegram_outgoing import Place, new_messages, silenced
from telegram_bot.alerts.rules import Alert
from telegram_bot.alerts.store import MOST_SINGLE, TOO_MANY_WITHIN, Change, Fire
from telegram_bot.outgoing import Message, Outgoing
from telegram_bot.replies import Reply

# Takes an alert that is no message, and its fire; writes what follows from it.
Reaction = Callable[[Connection, Alert, Fire], None]


@dataclass(frozen=True, slots=True)
class _Told:
    alert: Alert
    fire: Fire

    @property
    def moment(self) -> int:
        return round(self.fire.at * 1_000)

    @property
    def key(self) -> str:
        """Names this fire for good: the same alert at the same moment is the same message."""
        return f"a{self.alert.id}.{self.moment}"


def tell(
    connection: Connection,
    changes: Sequence[Change],
    reactions: Mapping[str, Reaction],
    now: float,
) -> None:
    """Queue the messages of changes that fire, and keep that they did."""
    _notify(connection, changes, now)
    told = [_Told(change.alert, change.fire) for change in changes if change.fire is not None]
    for one in told:
        if one.alert.purpose != "message":
            reactions[one.alert.purpose](connection, one.alert, one.fire)
    by_chat: dict[int, list[_Told]] = defaultdict(list)
    for one in told:
        if one.alert.purpose == "message":
            by_chat[one.alert.chat].append(one)
    if not by_chat:
        return
    away = database_chats.inactive(connection, by_chat)
    recent = _recent(connection, by_chat, now)
    messages: list[Message] = []
    rows: list[dict[str, Any]] = []
    for chat, fires in by_chat.items():
        wanted = [one for one in fires if one.fire.reply is not None and chat not in away]
        keys = _messages(connection, chat, wanted, recent.get(chat), now, messages)
        rows += [_row(one, keys.get(one.key), now) for one in fires]
    connection.execute(insert_of(connection)(alert_fires).on_conflict_do_nothing(), rows)
    database_messages.insert(connection, messages, None)


def _notify(connection: Connection, changes: Sequence[Change], now: float) -> None:
    """Queue what is told of alerts that have not fired."""
    notices = [
        _message(f"n{it.alert.id}.{it.alert.version}", it.alert.chat, it.notice, False, now, 0.0)
        for it in changes
        if it.notice is not None
    ]
    if notices:
        database_outbox.queue(connection, notices)


def _row(told: _Told, message: str | None, now: float) -> dict[str, Any]:
    return {
        "alert": told.alert.id,
        "moment": told.moment,
        "chat": told.alert.chat,
        "price": f"{told.fire.price:f}",
        "direction": told.fire.direction,
        "line": told.fire.line,
        "message": message,
        "told_at": now,
        "known": told.fire.reply is None,
    }


def _recent(
    connection: Connection, chats: Mapping[int, object], now: float
) -> dict[int, tuple[int, float]]:
    """Return for each chat how many were told just now, and when the first of them was."""
    fires = alert_fires.c
    asked = (
        select(fires.chat, func.count().label("fires"), func.min(fires.told_at).label("first"))
        .where(
            fires.chat.in_(chats),
            fires.told_at > now - TOO_MANY_WITHIN,
            fires.message.is_not(None),
        )
        .group_by(fires.chat)
    )
    return {row.chat: (row.fires, row.first) for row in connection.execute(asked).all()}


def _messages(
    connection: Connection,
    chat: int,
    told: Sequence[_Told],
    recent: tuple[int, float] | None,
    now: float,
    messages: list[Message],
) -> dict[str, str]:
    """Add messages for one chat; return the key of the message that each fire is told by."""
    count, first = recent or (0, now)
    if count + len(told) <= MOST_SINGLE:
        for one in told:
            if one.fire.reply is not None:
                messages.append(_message(one.key, chat, one.fire.reply, one.fire.silent, now, 0.0))
        return {one.key: one.key for one in told}
    key = _waiting(connection, chat)
    lines = [one.fire.line for one in told]
    silent = all(one.fire.silent for one in told)
    if key is not None:
        kept = select(alert_fires.c.line).where(alert_fires.c.message == key)
        lines = [*connection.scalars(kept.order_by(alert_fires.c.moment)), *lines]
    reply = told[-1].fire.several(lines)
    if key is not None:
        payload = database_messages.payload_of(_outgoing(reply, silent))
        connection.execute(update(outbox).where(outbox.c.key == key).values(payload=payload))
    else:
        key = f"c{told[0].key}"
        not_before = first + TOO_MANY_WITHIN if count else 0.0
        messages.append(_message(key, chat, reply, silent, now, not_before))
    return {one.key: key for one in told}


def _waiting(connection: Connection, chat: int) -> str | None:
    """Return a message about several that has not been begun with."""
    queued = select(outbox.c.key).where(
        outbox.c.chat == chat, outbox.c.state == QUEUED, outbox.c.key.startswith("ca")
    )
    return connection.scalar(queued.with_for_update(skip_locked=True).limit(1))


def _message(
    key: str, chat: int, reply: Reply, silent: bool, now: float, not_before: float
) -> Message:
    what = _outgoing(reply, silent)
    return Message(key, chat, what, now, broadcast=True, marked=False, not_before=not_before)


def _outgoing(reply: Reply, silent: bool) -> Outgoing:
    what = new_messages(reply, Place())[0]
    return silenced(what) if silent else what
