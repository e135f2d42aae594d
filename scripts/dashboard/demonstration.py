"""A made-up ledger that says so: two environments over forty days, with all that can happen."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha1, sha256
from typing import Any

from common.ledger.events import Draft, Event, Kind, sealed

_PROGRAMS = ("market-data", "telegram-bot")
_PEOPLE = ("ada", "grace", "linus")
_SUBJECTS = (
    "bot: answer /atr with its share of the price",
    "market-data: ask Kraken less often",
    "bot: keep a chart until its candle closes",
    "images: leave out what nobody reads",
)


def demonstration(now: datetime, seed: int = 7) -> list[Event]:
    """Return a ledger whose every event says that it is made up."""
    events: list[Event] = []
    for draft in sorted(_drafts(now, random.Random(seed)), key=lambda it: it.at):  # nosec B311
        events.append(sealed(draft, events[-1] if events else None))
    return events


def _drafts(now: datetime, chance: random.Random) -> Iterator[Draft]:
    at = now - timedelta(days=40)
    number, seen = 0, {"staging": "", "production": ""}
    while at < now - timedelta(hours=5):
        number += 1
        version = f"0.{number // 6 + 1}.{number % 6}"
        yield from _deployment("staging", f"s{number}", version, at, chance)
        seen["staging"] = version
        if chance.random() < 0.6:
            outcome = "rolled back" if chance.random() < 0.08 else "deployed"
            later = at + timedelta(hours=chance.uniform(1, 4))
            yield from _deployment("production", f"p{number}", version, later, chance, outcome)
            seen["production"] = version if outcome == "deployed" else seen["production"]
        at += timedelta(hours=chance.uniform(20, 70))
    yield from _deployment(
        "production", "p-last", "0.9.0", now - timedelta(minutes=9), chance, "under way"
    )
    yield from _turned(now)
    for place, minutes in (("staging", 4), ("production", 3)):
        yield from _looks(place, seen[place], now - timedelta(minutes=minutes), chance)


def _looks(place: str, version: str, last: datetime, chance: random.Random) -> Iterator[Draft]:
    for days in range(29, -1, -1):
        at = last - timedelta(days=days)
        ill = days > 0 and chance.random() < 0.06
        told = {"version": version, "health": "impaired" if ill else "healthy", "count": 96}
        told |= {"well": 90 if ill else 96, "detail": "resting: kraken" if ill else ""}
        yield _draft(at, place, "observation", "probe", "", told)


def _turned(now: datetime) -> Iterator[Draft]:
    for days, old, new in ((6.0, "off", "5 %"), (3.0, "5 %", "25 %"), (0.4, "25 %", "50 %")):
        at = now - timedelta(days=days)
        told = {"flag": "charts", "old": old, "new": new, "reason": "first users, nothing broke"}
        until = {"expires_at": (at + timedelta(days=7)).isoformat()}
        yield _draft(at, "production", "flag", "grace", "", told | until)


def _deployment(
    place: str,
    name: str,
    version: str,
    at: datetime,
    chance: random.Random,
    outcome: str = "deployed",
) -> Iterator[Draft]:
    actor = chance.choice(_PEOPLE)
    begun = {
        "version": version,
        "revision": sha1(version.encode(), usedforsecurity=False).hexdigest(),
        "schema": "0004",
        "release": {"images": {name: _image(name, version) for name in _PROGRAMS}},
        "trigger": "hotfix" if chance.random() < 0.1 else "push",
        "commits": list(_commits(version, at, chance)),
        "pipeline": {"build_seconds": chance.randint(70, 140), "coverage": 97, "tests": 4_812}
        | {"failures": 0},
    }
    yield _draft(at, place, "started", actor, name, begun)
    if place == "production":
        yield _draft(at + timedelta(seconds=20), place, "approval", "owner", name, {})
    steps = (
        ("begin telegram-bot", 30),
        ("telegram-bot SCALE_UP", 40),
        ("telegram-bot POST_TEST_TRAFFIC_SHIFT", 150),
        ("telegram-bot PRODUCTION_TRAFFIC_SHIFT", 180),
        ("telegram-bot BAKE_TIME", 190),
    )
    for step, seconds in steps:
        done = {"step": step, "outcome": "reached"}
        yield _draft(at + timedelta(seconds=seconds), place, "step", actor, name, done)
    smoke = {"passed": 12, "failed": 0}
    yield _draft(at + timedelta(seconds=160), place, "smoke", actor, name, smoke)
    shifted = {"production": 100, "test": 100}
    yield _draft(at + timedelta(seconds=185), place, "traffic", actor, name, shifted)
    if outcome == "under way":
        return
    failed = outcome != "deployed"
    verdict = {"verdict": "FAIL" if failed else "PASS", "reason": "5 of 60 probes failed" * failed}
    end = at + timedelta(seconds=420 if failed else 800)
    yield _draft(end - timedelta(seconds=5), place, "verdict", actor, name, verdict)
    ended = {"outcome": outcome, "reason": verdict["reason"]}
    yield _draft(end, place, "finished", actor, name, ended)


def _image(program: str, version: str) -> dict[str, str]:
    return {"digest": f"sha256:{sha256(f'{program} {version}'.encode()).hexdigest()}"}


def _commits(version: str, at: datetime, chance: random.Random) -> Iterator[dict[str, str]]:
    for number in range(chance.randint(1, 4)):
        sha = sha1(f"{version}.{number}".encode(), usedforsecurity=False).hexdigest()
        made = at - timedelta(minutes=chance.randint(12, 300))
        yield {"sha": sha, "at": made.isoformat(), "subject": chance.choice(_SUBJECTS)}


def _draft(
    at: datetime, place: str, kind: Kind, actor: str, name: str, data: dict[str, Any]
) -> Draft:
    return Draft(at, place, kind, actor, name, "", {**data, "demonstration": True})
