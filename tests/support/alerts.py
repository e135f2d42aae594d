"""Alerts and looks at a market, as tests need them: seconds from 0, prices as text."""

from decimal import Decimal
from typing import Any

from telegram_bot.alerts.machine import Look, react
from telegram_bot.alerts.rules import PRICE, Alert, Rule
from telegram_bot.alerts.store import Change, Fire
from telegram_bot.replies import Reply

STEP = Decimal("0.01")


def rule(threshold: str = "70000", direction: Any = "up", **more: Any) -> Rule:
    """Return a rule about the price of BTC-USD with changes."""
    facts: dict[str, Any] = {"symbol": "BTC-USD", "measure": PRICE, **more}
    return Rule(direction=direction, threshold=Decimal(threshold), **facts)


def alert(threshold: str = "70000", direction: Any = "up", **more: Any) -> Alert:
    """Return an armed alert that was set at 0; what is no part of an alert is its rule's."""
    own = {"state", "since", "anchored_at", "wakes_at", "version", "number", "chat", "user", "id"}
    mine = {name: more.pop(name) for name in own & set(more)}
    facts = {"id": 1, "chat": 1001, "user": 1001, "number": 1, "state": "armed", **mine}
    facts = {"since": 0.0, "anchored_at": 0.0, "step": STEP, **facts}
    return Alert(rule=rule(threshold, direction, **more), **facts)


def fired(it: Alert, *, reply: bool = True) -> Change:
    """Return what it is that an alert fires at 70,100 a second after it was set."""
    step = react(it, look("70100", it.since + 1.0))
    assert step is not None and step.fires is not None
    text = f"#{it.number}"
    fire = Fire(
        at=step.alert.since,
        price=Decimal(70_100),
        direction=step.fires,
        line=text,
        reply=Reply(text) if reply else None,
        several=lambda lines: Reply("\n".join(lines)),
    )
    return Change(step.alert, fire)


def look(
    last: str, at: float, *, low: str = "", high: str = "", begins: float | None = None
) -> Look:
    """Return a look at one instant, or over a candle where `begins` says so."""
    value = Decimal(last)
    start = at if begins is None else begins
    return Look(start, at, Decimal(low or last), Decimal(high or last), value, value)
