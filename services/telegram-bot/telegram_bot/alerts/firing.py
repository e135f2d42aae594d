"""Let alerts react: ask who is touched, keep what follows, and what is told of it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import groupby

from common import wire
from common.clock import Clock
from telegram_bot.alerts import wording
from telegram_bot.alerts.machine import Look, Step, react, wake
from telegram_bot.alerts.rules import Alert, Measure
from telegram_bot.alerts.silence import Why
from telegram_bot.alerts.store import AlertBook, Change, Fire, Watched
from telegram_bot.alerts.told import fire, touch
from telegram_bot.people import People
from telegram_bot.reader import Reader, reading_as
from telegram_bot.work import Tally

PAGE = 200  # alerts a query and a transaction


class Firing:
    """Writes for one turn after the other; `epoch` is that of the present one."""

    def __init__(
        self,
        book: AlertBook,
        people: People,
        clock: Clock,
        tally: Tally,
        woken: Callable[[], None],
        is_on: Callable[[Measure], bool],
    ) -> None:
        """Call `woken` when there are new messages to send; touch what `is_on`."""
        self._is_on = is_on
        self.epoch = 0
        self._book = book
        self._people = people
        self._clock = clock
        self._tally = tally
        self._woken = woken

    async def touch(
        self,
        watched: Watched,
        value: Look,
        mine: Callable[[Alert], Look],
        ticker: wire.TickerReply | None = None,
    ) -> list[Alert]:
        """Let everybody react whom a value touches; return those who stay as they are.

        Args:
            value: What the measure did; `mine`: what it did for one alert.
            ticker: The newest of the market, where it is known.

        Raises:
            Lost: If the turn is over.
        """
        skip: dict[str, int] = {}
        stay: list[Alert] = []
        while self._is_on(watched[1]):
            due = await self._book.due(watched, value.low, value.high, value.at, skip, PAGE)
            changes: list[tuple[Alert, Step, Look]] = []
            for edge, alerts in due.items():
                for alert in alerts:
                    look = _as_told(mine(alert), ticker)
                    step = react(alert, look) or wake(alert, look)
                    if step is None:
                        skip[edge] = skip.get(edge, 0) + 1
                        stay.append(alert)
                    else:
                        changes.append((alert, step, look))
            await self._write(changes, ticker)
            if all(len(alerts) < PAGE for alerts in due.values()):
                break
        return stay

    async def give_up(self, watched: Watched, why: Why) -> None:
        """Pause the alerts about a market that does not answer, and tell each chat once.

        Raises:
            Lost: If the turn is over.
        """
        while alerts := await self._book.watching(watched, PAGE):
            changes: list[Change] = []
            for chat, mine in groupby(alerts, key=lambda alert: alert.chat):
                paused = list(mine)
                with reading_as(await self._people.reader(chat)):
                    said = wording.given_up(paused, why)
                notices = [said, *[None] * (len(paused) - 1)]
                changes += [
                    Change(replace(alert, state="paused"), notice=notice)
                    for alert, notice in zip(paused, notices, strict=True)
                ]
            if not await self._book.write(self.epoch, changes):
                return  # all were changed meanwhile: the next failure finds them
            self._woken()

    async def _write(
        self, changes: Iterable[tuple[Alert, Step, Look]], ticker: wire.TickerReply | None
    ) -> None:
        """Keep what follows from a look, and what is told of it."""
        written: list[Change] = []
        readers: dict[int, Reader] = {}
        now = self._clock.now().timestamp()
        for before, step, look in changes:
            told: Fire | None = None
            if step.fires is not None and not _outdated(before, look, now):
                if before.chat not in readers:
                    readers[before.chat] = await self._people.reader(before.chat)
                told = self._told(before, step, look, readers[before.chat], ticker)
            written.append(Change(step.alert, told))
        if not written:
            return
        done = await self._book.write(self.epoch, written)
        fires = sum(change.fire is not None for change in written)
        self._tally.count("bot_alerts_changed_total", done)
        if fires:
            self._tally.count("bot_alerts_fired_total", fires)
            self._woken()

    def _told(
        self,
        alert: Alert,
        step: Step,
        look: Look,
        reader: Reader,
        ticker: wire.TickerReply | None,
    ) -> Fire:
        assert step.fires is not None and step.saw is not None
        now = self._clock.now().timestamp()
        if alert.purpose != "message":
            return touch(alert, step.saw, step.fires, reader, now)
        change = None if ticker is None or look.late else ticker.change_24h_pct
        return fire(alert, look, step.fires, reader, now, change)


def _as_told(look: Look, ticker: wire.TickerReply | None) -> Look:
    """Return a candle that has just closed with the price of now: it is told, and counted from."""
    if ticker is None or look.late or look.begins == look.at:
        return look
    return replace(look, price=ticker.price) if ticker.as_of.timestamp() >= look.at else look


def _outdated(alert: Alert, look: Look, now: float) -> bool:
    """Say whether a reminder comes so late that the next one is due already."""
    rule = alert.rule
    return alert.state == "resting" and rule.repeat == "remind" and now - look.at > rule.pause
