"""Alerts as people know them, in the database."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from telegram_bot.adapters.database_alert_rows import alert_of, values_of
from telegram_bot.adapters.database_alert_tables import alert_fires, alerts
from telegram_bot.adapters.database_reader import Reader
from telegram_bot.adapters.database_tables import REFUSED, outbox
from telegram_bot.adapters.database_writer import Writer
from telegram_bot.alerts.rules import KEPT, Alert, Rule, State
from telegram_bot.alerts.store import TooMany
from telegram_bot.work import under_way

BROUGHT_BACK_WITHIN = 30.0  # seconds after which a deleted alert is gone
_MOST_MISSED = 50
_TRIES = 5
_SHOWN = (*KEPT, "fired")


class DatabaseAlerts:
    """`alerts.store.Alerts` over the writer."""

    def __init__(
        self, writer: Writer, reader: Reader, clock: Callable[[], float] = time.time
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._clock = clock

    def now(self) -> float:
        return self._clock()

    async def add(
        self, rule: Rule, chat: int, user: int, *, state: State, step: Decimal, most: int
    ) -> Alert:
        now, number = self._clock(), under_way.get()
        new = Alert(0, chat, user, 0, rule, state, since=now, anchored_at=now, step=step)
        new = replace(new, subject=f"u{number}@{chat}" if number else "")
        for tries_left in reversed(range(_TRIES)):
            try:
                return await self._writer.submit(partial(self._add, new=new, most=most))
            except IntegrityError:  # another task gave the number away, or answered the update
                if not tries_left:
                    raise
        raise AssertionError

    async def of_chat(self, chat: int) -> Sequence[Alert]:
        shown = (
            select(alerts)
            .where(alerts.c.chat == chat, _FOR_PEOPLE, alerts.c.state.in_(_SHOWN))
            .order_by(alerts.c.number)
        )
        rows = await self._reader.run(lambda connection: connection.execute(shown).all())
        return [alert_of(row) for row in rows]

    async def find(self, chat: int, number: int) -> Alert | None:
        back = self._clock() - BROUGHT_BACK_WITHIN
        found = select(alerts).where(
            alerts.c.chat == chat,
            alerts.c.number == number,
            or_(alerts.c.state != "deleted", alerts.c.edited_at >= back),
        )
        row = await self._reader.run(lambda connection: connection.execute(found).first())
        return None if row is None else alert_of(row)

    async def change(self, alert: Alert) -> Alert | None:
        after = replace(alert, since=self._clock(), version=alert.version + 1)
        same = (alerts.c.id == alert.id, alerts.c.version == alert.version)

        def write(connection: Connection) -> int:
            values = {**values_of(after), "version": after.version, "edited_at": self._clock()}
            return connection.execute(update(alerts).where(*same).values(**values)).rowcount

        return after if await self._writer.submit(write) else None

    async def missed(self, chat: int) -> Sequence[str]:
        return await self._writer.submit(partial(_missed, chat=chat))

    def _add(self, connection: Connection, new: Alert, most: int) -> Alert:
        """Add it, once for each update: who was asked may have died before it answered."""
        if new.subject:
            same = select(alerts).where(_FOR_PEOPLE, alerts.c.subject == new.subject)
            if (known := connection.execute(same).first()) is not None:
                return alert_of(known)
        kept = and_(alerts.c.chat == new.chat, _FOR_PEOPLE, alerts.c.state.in_(KEPT))
        if (connection.scalar(select(func.count()).where(kept)) or 0) >= most:
            raise TooMany
        last = connection.scalar(select(func.max(alerts.c.number)).where(alerts.c.chat == new.chat))
        named = replace(new, number=(last or 0) + 1)
        row = {
            **values_of(named),
            "chat": named.chat,
            "user_id": named.user,
            "number": named.number,
            "purpose": named.purpose,
            "subject": named.subject or None,
            "version": 0,
            # Of the write, not of the wish: the engine looks back some seconds, and a wish may
            # have waited for the database for longer.
            "edited_at": self._clock(),
        }
        made = connection.execute(alerts.insert().values(**row).returning(alerts.c.id))
        return replace(named, id=made.scalar_one())


_FOR_PEOPLE: ColumnElement[bool] = alerts.c.purpose == "message"


def _missed(connection: Connection, chat: int) -> Sequence[str]:
    """Fires of a chat that took no messages, and those whose message was refused."""
    fires = alert_fires.c
    refused = exists().where(outbox.c.key == fires.message, outbox.c.state == REFUSED)
    lost = or_(fires.message.is_(None), refused)
    newest = (
        select(fires.line)
        .where(fires.chat == chat, ~fires.known, lost)
        .order_by(fires.moment.desc(), fires.alert.desc())
        .limit(_MOST_MISSED)
    )
    lines = list(connection.scalars(newest))
    seen = update(alert_fires).where(fires.chat == chat, ~fires.known).values(known=True)
    connection.execute(seen)
    return lines[::-1]
