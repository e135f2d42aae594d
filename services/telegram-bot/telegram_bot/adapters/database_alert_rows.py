"""Alerts as rows, and back."""

from decimal import Decimal
from typing import Any

from telegram_bot.alerts.machine import watched
from telegram_bot.alerts.rules import Alert, Measure, Rule


def alert_of(row: Any) -> Alert:
    """Return the alert of a row."""
    rule = Rule(
        symbol=row.symbol,
        measure=Measure.parse(row.measure),
        direction=row.direction,
        threshold=Decimal(row.threshold),
        percent=None if row.percent is None else Decimal(row.percent),
        anchor=None if row.anchor is None else Decimal(row.anchor),
        repeat=row.repeat,
        pause=row.pause,
        expires_at=row.expires_at,
        note=row.note,
    )
    return Alert(
        id=row.id,
        chat=row.chat,
        user=row.user_id,
        number=row.number or 0,
        rule=rule,
        state=row.state,
        since=row.since,
        anchored_at=row.anchored_at,
        step=Decimal(row.step),
        wakes_at=row.wakes_at,
        version=row.version,
        purpose=row.purpose,
        subject=row.subject or "",
    )


def values_of(alert: Alert) -> dict[str, Any]:
    """Return what a row keeps of an alert, but its names."""
    rule = alert.rule
    edge, level = watched(alert) or (None, None)
    return {
        "symbol": rule.symbol,
        "measure": rule.measure.text,
        "direction": rule.direction,
        "threshold": f"{rule.threshold:f}",
        "percent": None if rule.percent is None else f"{rule.percent:f}",
        "anchor": None if rule.anchor is None else f"{rule.anchor:f}",
        "repeat": rule.repeat,
        "pause": rule.pause,
        "expires_at": rule.expires_at,
        "note": rule.note,
        "step": f"{alert.step:f}",
        "state": alert.state,
        "since": alert.since,
        "anchored_at": alert.anchored_at,
        "wakes_at": alert.wakes_at if alert.state == "resting" else None,
        "edge": edge,
        "level": level,
    }
