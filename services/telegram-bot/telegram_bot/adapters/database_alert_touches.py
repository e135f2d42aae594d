"""Which alerts a value touches, and where the nearest are: walks along one end of an index."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from telegram_bot.adapters.database_alert_tables import alerts
from telegram_bot.alerts.bands import Band
from telegram_bot.alerts.rules import Measure
from telegram_bot.alerts.store import Watched


def watched_of(row: Any) -> Watched:
    """Return what a row is about."""
    return row.symbol, Measure.parse(row.measure)


def bands(connection: Connection, only: Watched | None = None) -> Mapping[Watched, Band]:
    """Read the nearest touches: an index each, whole for all or by its ends for one."""
    facts: dict[Watched, dict[str, Any]] = {}
    for name, query in _ends(only).items():
        for row in connection.execute(query).all():
            if row.value is not None:
                found = only or watched_of(row)
                facts.setdefault(found, {})[name] = row.value
    return {watched: Band(**ends) for watched, ends in facts.items()}


def _ends(only: Watched | None) -> dict[str, Select[Any]]:
    """The least and greatest of each index, of one measure or grouped by all."""
    level, wakes_at = alerts.c.level, alerts.c.wakes_at
    ends = {
        "rise": (func.min(level), alerts.c.edge == "rise"),
        "fall": (func.max(level), alerts.c.edge == "fall"),
        "both": (func.min(level), alerts.c.edge == "both"),
        "wakes_at": (func.min(wakes_at), wakes_at.is_not(None)),
    }
    if only is not None:
        mine = of(only)
        return {
            name: select(value.label("value")).where(mine, kind)
            for name, (value, kind) in ends.items()
        }
    keys = (alerts.c.symbol, alerts.c.measure)
    return {
        name: select(*keys, value.label("value")).where(kind).group_by(*keys)
        for name, (value, kind) in ends.items()
    }


def of(watched: Watched) -> ColumnElement[bool]:
    """Say of a row that it is about something."""
    return and_(alerts.c.symbol == watched[0], alerts.c.measure == watched[1].text)


def touched(watched: Watched, low: int, high: int, at: float) -> dict[str, Select[Any]]:
    """Return the query of each edge, nearest first: with a limit a walk along one end of an index.

    Args:
        low, high: Ranks of the measure's extremes.
    """
    level, edge = alerts.c.level, alerts.c.edge
    fresh = (
        of(watched),
        alerts.c.since < at,
        or_(alerts.c.expires_at.is_(None), alerts.c.expires_at > at),
    )
    size = max(high, -low)
    return {
        "rise": select(alerts).where(*fresh, edge == "rise", level <= high).order_by(level),
        "fall": select(alerts).where(*fresh, edge == "fall", level >= low).order_by(level.desc()),
        "both": select(alerts).where(*fresh, edge == "both", level <= size).order_by(level),
        "wakes": select(alerts).where(*fresh, alerts.c.wakes_at <= at).order_by(alerts.c.wakes_at),
    }
