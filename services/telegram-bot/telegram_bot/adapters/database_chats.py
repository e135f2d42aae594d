"""Which chats take messages, and what happens when one takes another's place."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from telegram_bot.adapters import database_personal
from telegram_bot.adapters.database_alert_tables import alerts
from telegram_bot.adapters.database_prepared import Prepared
from telegram_bot.adapters.database_tables import chats, inbox, insert_of, outbox

# Tables whose rows follow a group that becomes a supergroup. `chats` itself is merged below.
TABLES_WITH_CHAT = [outbox, inbox]


def mark_inactive(connection: Connection, chat: int, now: float) -> None:
    """Note that a chat takes no messages."""
    facts: dict[str, Any] = {"active": False, "changed_at": now}
    row = insert_of(connection)(chats).values(chat=chat, **facts)
    connection.execute(row.on_conflict_do_update(index_elements=[chats.c.chat], set_=facts))


def mark_active(connection: Connection, numbers: Collection[int], now: float) -> None:
    """Note that chats are heard of again; those that are active stay untouched."""
    if numbers:
        rows = [{"number": number, "now": now} for number in sorted(numbers)]
        _COME_BACK.write(connection, rows)


def move(connection: Connection, old: int, new: int, now: float) -> None:
    """Bring every row of `old` to `new`, in this transaction.

    An update that waits stays in the lane that it is in: its owner works on it.
    """
    if old == new:
        return
    for table in TABLES_WITH_CHAT:
        moving = update(table).where(table.c.chat == old).values(chat=new)
        if table is inbox:
            moving = moving.where(inbox.c.state != "waiting")
        connection.execute(moving)
    _move_alerts(connection, old, new)
    database_personal.move(connection, old, new)
    row = insert_of(connection)(chats).values(chat=new, active=True, changed_at=now)
    connection.execute(row.on_conflict_do_nothing())
    connection.execute(delete(chats).where(chats.c.chat == old))


def _move_alerts(connection: Connection, old: int, new: int) -> None:
    """Number them after those that the new chat has already."""
    taken = select(func.max(alerts.c.number)).where(alerts.c.chat == new)
    first = connection.scalar(taken) or 0
    moving = update(alerts).where(alerts.c.chat == old)
    connection.execute(moving.values(chat=new, number=alerts.c.number + first))


def inactive(connection: Connection, numbers: Collection[int]) -> set[int]:
    """Return those of the chats that take no messages."""
    asked = select(chats.c.chat).where(chats.c.chat.in_(numbers), ~chats.c.active)
    return set(connection.scalars(asked))


_coming_back = (
    update(chats)
    .where(chats.c.chat == bindparam("number"), ~chats.c.active)
    .values(active=True, changed_at=bindparam("now"))
)
_COME_BACK = Prepared(lambda dialect: _coming_back)
