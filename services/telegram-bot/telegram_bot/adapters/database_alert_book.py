"""Alerts as the engine sees them: one indexed query a touch, one transaction a fire."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, or_, select, update

from telegram_bot.adapters import database_alert_fires
from telegram_bot.adapters.database_alert_fires import Reaction
from telegram_bot.adapters.database_alert_rows import alert_of, values_of
from telegram_bot.adapters.database_alert_tables import alert_fires, alert_marks, alerts
from telegram_bot.adapters.database_alert_touches import bands, of, touched, watched_of
from telegram_bot.adapters.database_lease import DatabaseLease
from telegram_bot.adapters.database_reader import Reader
from telegram_bot.adapters.database_tables import insert_of
from telegram_bot.alerts.bands import Band
from telegram_bot.alerts.ranks import rank
from telegram_bot.alerts.rules import ACTIVE, Alert
from telegram_bot.alerts.store import Change, Watched

_SETTLES = 5.0  # seconds that a write of another task may take to be seen
_KEEP_DELETED = 3_600.0
_KEEP_DONE = 90 * 86_400.0  # of alerts that expired or fired for good, and of what was told
_MOST_TIDIED = 2_000


class DatabaseAlertBook:
    """`alerts.store.AlertBook`; each write is fenced by the lease."""

    def __init__(
        self,
        lease: DatabaseLease,
        reader: Reader,
        reactions: Mapping[str, Reaction] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Tell people by messages, and other purposes by their `reactions`."""
        self._lease = lease
        self._reader = reader
        self._reactions = reactions or {}
        self._clock = clock

    async def bands(self) -> Mapping[Watched, Band]:
        return await self._reader.run(bands)

    async def band(self, watched: Watched) -> Band:
        return (await self._reader.run(partial(bands, only=watched))).get(watched, Band())

    async def edited(self, since: float) -> tuple[Collection[Watched], float]:
        now = self._clock()
        asked = (
            select(alerts.c.symbol, alerts.c.measure)
            .where(alerts.c.edited_at >= since - _SETTLES)
            .distinct()
        )
        rows = await self._reader.run(lambda connection: connection.execute(asked).all())
        return {watched_of(row) for row in rows}, now

    async def due(
        self,
        watched: Watched,
        low: Decimal,
        high: Decimal,
        at: float,
        skip: Mapping[str, int],
        most: int,
    ) -> Mapping[str, Sequence[Alert]]:
        touches = touched(watched, rank(low), rank(high), at)

        def read(connection: Connection) -> Mapping[str, Sequence[Alert]]:
            return {
                edge: [
                    alert_of(row)
                    for row in connection.execute(query.offset(skip.get(edge, 0)).limit(most))
                ]
                for edge, query in touches.items()
            }

        return await self._reader.run(read)

    async def watching(self, watched: Watched, most: int) -> Sequence[Alert]:
        asked = (
            select(alerts)
            .where(of(watched), alerts.c.state.in_(ACTIVE), alerts.c.purpose == "message")
            .order_by(alerts.c.chat, alerts.c.number)
            .limit(most)
        )
        rows = await self._reader.run(lambda connection: connection.execute(asked).all())
        return [alert_of(row) for row in rows]

    async def write(self, epoch: int, changes: Sequence[Change]) -> int:
        return await self._lease.fenced(epoch, partial(self._write, changes=changes))

    async def marks(self) -> Mapping[Watched, float]:
        rows = await self._reader.run(
            lambda connection: connection.execute(select(alert_marks)).all()
        )
        return {watched_of(row): row.until for row in rows}

    async def mark(self, epoch: int, marks: Mapping[Watched, float]) -> None:
        rows = [
            {"symbol": symbol, "measure": measure.text, "until": until}
            for (symbol, measure), until in marks.items()
        ]

        def write(connection: Connection) -> None:
            known = insert_of(connection)(alert_marks)
            kept = known.on_conflict_do_update(
                index_elements=[alert_marks.c.symbol, alert_marks.c.measure],
                set_={"until": known.excluded.until},
            )
            connection.execute(kept, rows)

        if rows:
            await self._lease.fenced(epoch, write)

    async def expire(self, epoch: int, now: float) -> int:
        return await self._lease.fenced(epoch, partial(_expire, now=now))

    async def forget(self, epoch: int, now: float) -> None:
        await self._lease.fenced(epoch, partial(_forget, now=now))

    def _write(self, connection: Connection, changes: Sequence[Change]) -> int:
        asked = {change.alert.id: change.alert.version for change in changes}
        known = select(alerts.c.id, alerts.c.version).where(alerts.c.id.in_(asked))
        rows = connection.execute(known.with_for_update()).all()
        sound = {row.id for row in rows if row.version == asked[row.id]}
        done = [change for change in changes if change.alert.id in sound]
        if done:
            connection.execute(_CHANGE, [_row(change.alert) for change in done])
            now = self._clock()
            database_alert_fires.tell(connection, done, self._reactions, now)
        return len(done)


def _row(alert: Alert) -> dict[str, Any]:
    values = values_of(alert)
    return {"row": alert.id, **{f"to_{name}": values[name] for name in _CHANGED}}


_CHANGED = (
    "threshold",
    "anchor",
    "state",
    "since",
    "anchored_at",
    "wakes_at",
    "edge",
    "level",
)
_CHANGE = (
    update(alerts)
    .where(alerts.c.id == bindparam("row"))
    .values(
        version=alerts.c.version + 1,
        **{name: bindparam(f"to_{name}") for name in _CHANGED},
    )
)


def _expire(connection: Connection, now: float) -> int:
    over = and_(alerts.c.expires_at <= now, alerts.c.state.in_((*ACTIVE, "paused")))
    expired = (
        update(alerts)
        .where(over)
        .values(state="expired", edge=None, level=None, wakes_at=None, version=alerts.c.version + 1)
    )
    return connection.execute(expired).rowcount


def _forget(connection: Connection, now: float) -> None:
    gone = select(alerts.c.id).where(
        or_(
            and_(alerts.c.state == "deleted", alerts.c.edited_at < now - _KEEP_DELETED),
            and_(alerts.c.state == "expired", alerts.c.expires_at < now - _KEEP_DONE),
            and_(alerts.c.state == "fired", alerts.c.since < now - _KEEP_DONE),
        )
    )
    old = delete(alerts).where(alerts.c.id.in_(gone.limit(_MOST_TIDIED)))
    connection.execute(old)
    connection.execute(delete(alert_fires).where(alert_fires.c.told_at < now - _KEEP_DONE))
