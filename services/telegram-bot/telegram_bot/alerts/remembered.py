"""Alerts for as long as the program runs: for a rehearsal that leaves no trace, and for tests."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from telegram_bot.alerts.rules import KEPT, Alert, Rule, State
from telegram_bot.alerts.store import TooMany

_SHOWN = (*KEPT, "fired")


class RememberedAlerts:
    """`Alerts` in memory; nothing watches them."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._alerts: dict[tuple[int, int], Alert] = {}

    def now(self) -> float:
        return self._clock()

    async def add(
        self, rule: Rule, chat: int, user: int, *, state: State, step: Decimal, most: int
    ) -> Alert:
        mine = [alert for (owner, _), alert in self._alerts.items() if owner == chat]
        if sum(alert.state in KEPT for alert in mine) >= most:
            raise TooMany
        now, number = self._clock(), len(mine) + 1
        alert = Alert(number, chat, user, number, rule, state, now, now, step)
        self._alerts[chat, number] = alert
        return alert

    async def of_chat(self, chat: int) -> Sequence[Alert]:
        return [
            alert
            for (owner, _), alert in self._alerts.items()
            if owner == chat and alert.state in _SHOWN
        ]

    async def find(self, chat: int, number: int) -> Alert | None:
        return self._alerts.get((chat, number))

    async def change(self, alert: Alert) -> Alert | None:
        known = self._alerts.get((alert.chat, alert.number))
        if known is None or known.version != alert.version:
            return None
        after = replace(alert, since=self._clock(), version=alert.version + 1)
        self._alerts[alert.chat, alert.number] = after
        return after

    async def missed(self, chat: int) -> Sequence[str]:
        return ()
