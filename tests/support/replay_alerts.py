"""The alerts of a replayed day: many people's, of every kind that prices fire."""

import random
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine

from common.market import Timeframe
from telegram_bot.adapters.database_alert_rows import values_of
from telegram_bot.adapters.database_alert_tables import alerts
from telegram_bot.alerts.machine import anchored, first_state
from telegram_bot.alerts.rules import PRICE, Alert, Direction, Kind, Rule, measure
from tests.support.replay_world import DAY, ReplayWorld, Track

FIRST_CHAT = 1_000_000
_WINDOWS = (Timeframe.M15, Timeframe.H1, Timeframe.H4)
_BATCH = 2_000


def drawn(world: ReplayWorld, count: int, people: int, seed: int) -> Iterator[Alert]:
    """Yield alerts that were set as the day began, as many for each person."""
    chance = random.Random(seed)
    symbols = sorted(world.tracks)
    for number in range(count):
        symbol = symbols[number % len(symbols)]
        track = world.tracks[symbol]
        rule = _rule(symbol, track, chance)
        chat = FIRST_CHAT + number % people
        at = DAY.timestamp() - 1
        yield Alert(
            id=number + 1,
            chat=chat,
            user=chat,
            number=number // people + 1,
            rule=rule,
            state=first_state(rule, track.price(0)),
            since=at,
            anchored_at=at,
            step=track.step,
        )


def put(engine: Engine, some: Iterator[Alert]) -> list[Alert]:
    """Write alerts to an empty database and return them."""
    kept = list(some)
    rows = [_row(alert) for alert in kept]
    with engine.begin() as connection:
        for start in range(0, len(rows), _BATCH):
            connection.execute(alerts.insert(), rows[start : start + _BATCH])
    return kept


def _row(alert: Alert) -> dict[str, Any]:
    return {
        **values_of(alert),
        "id": alert.id,
        "chat": alert.chat,
        "user_id": alert.user,
        "number": alert.number,
        "purpose": "message",
        "version": 0,
        "edited_at": alert.since,
    }


def _rule(symbol: str, track: Track, chance: random.Random) -> Rule:
    """Most are crossings told once; the rest repeats, reminds, follows a percentage or a move."""
    price = track.price(0)
    level = track.step * max(1, round(track.ticks[0] * (1 + chance.gauss(0, 0.02))))
    up = chance.random() < 0.5
    rule = Rule(symbol, PRICE, "up" if up else "down", level)
    kind = chance.random()
    if kind < 0.75:
        return rule
    if kind < 0.80:
        return replace(rule, repeat="every", pause=3_600.0)
    if kind < 0.85:
        return replace(rule, repeat="remind", pause=3 * 3_600.0)
    if kind < 0.90:
        percent = Decimal(round(chance.uniform(0.5, 4), 1)) * (1 if up else -1)
        percent = percent.quantize(Decimal("0.1"))
        followed = replace(rule, percent=percent, repeat="every", pause=3_600.0)
        return anchored(followed, price, track.step)
    size = Decimal(str(round(chance.uniform(0.5, 4), 1)))
    window = measure(Kind.MOVE, chance.choice(_WINDOWS))
    ways: tuple[Direction, ...] = ("up", "down", "any")
    return replace(rule, measure=window, direction=chance.choice(ways), threshold=size)
