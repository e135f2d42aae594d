"""Deployments over time as a picture: a lane for each environment, the time under watch hatched."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import zip_longest

from common.condition import WORDS
from dashboard.board import Board, Place
from dashboard.markup import escape, length, tag
from dashboard.story import Story
from monitoring.looks import Look

SHOWN = timedelta(days=30)
_WIDTH, _LANE, _TOP, _LEFT = 720, 40, 6, 90
MOST_LISTED = 100  # the newest; with more, the page would grow without an end
_MOST_LOOKS = 150  # in each lane: what has gone up and down all month
_LOOK_HOLDS = timedelta(hours=25)  # the ledger hears of an unchanged state once a day
_LEAST = 5.0  # so narrow is a bar at least, or nobody could point at it
_HATCH = (
    '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="3" height="6"/></pattern></defs>'
)


def timeline(shown: Board) -> str:
    """Return the picture; the table of deployments says the same in words."""
    height = _TOP + _LANE * len(shown.places) + 22
    told = listed(shown)
    lanes = "".join(
        _lane(place, number, [it for it in told if it.environment == place.name], shown.at)
        for number, place in enumerate(shown.places)
    )
    every = sum(len(place.told) for place in shown.places)
    if every > len(told) and told[-1].started > shown.at - SHOWN:
        lanes += f'<text class="day" x="{_LEFT}" y="{_TOP + 20}">{len(told)} newest</text>'
    words = f"Deployments of the {SHOWN.days} days before {shown.at:%Y-%m-%d}, by environment"
    picture = tag(
        "svg",
        f"<title>{escape(words)}</title>{_HATCH}{lanes}{_days(shown.at, height)}",
        viewBox=f"0 0 {_WIDTH} {height}",
        role="img",
    )
    return tag("div", picture, kind="wide", tabindex=0, role="region", aria_label=words)


def _lane(place: Place, number: int, told: Sequence[Story], now: datetime) -> str:
    top = _TOP + number * _LANE
    name = f'<text class="name" x="0" y="{top + 20}">{escape(place.name)}</text>'
    line = f'<line x1="{_LEFT}" x2="{_WIDTH}" y1="{top + 30}" y2="{top + 30}"/>'
    bars = "".join(_bar(story, top, now) for story in told if story.started >= now - SHOWN)
    return name + line + bars + _band(place, top, now)


def _band(place: Place, top: int, now: datetime) -> str:
    """What looks have seen, as a thin band below the lane."""
    band = ""
    for look, end in list(_seen(place.seen, now))[-_MOST_LOOKS:]:
        left, right = _x(look.at, now), _x(end, now)
        if end <= now - SHOWN or right <= left:
            continue
        words = f"{WORDS[look.condition]} from {look.at:%d %b %H:%M}"
        band += (
            f'<g><title>{words}</title><rect class="{look.condition}" x="{left:.1f}" '
            f'y="{top + 28}" width="{max(1.0, right - left):.1f}" height="4"/></g>'
        )
    return band


def _seen(looks: Sequence[Look], now: datetime) -> Iterator[tuple[Look, datetime]]:
    """Yield what was seen, and until when: each look holds until the next, for a day."""
    first: Look | None = None
    until = now
    for look, after in zip_longest(looks, looks[1:]):
        if first is not None and (first.condition, until) != (look.condition, look.at):
            yield first, until
            first = None
        first = first or look
        until = min(after.at if after is not None else now, look.at + _LOOK_HOLDS)
    if first is not None:
        yield first, until


def _bar(story: Story, top: int, now: datetime) -> str:
    end = story.finished or now
    left, right = _x(story.started, now), _x(end, now)
    width = max(_LEAST, right - left)
    left = min(left, _WIDTH - width)  # what has just begun is seen too
    kind = story.outcome.replace(" ", "-")
    words = f"{story.version}: {story.outcome}, {length(end - story.started)}"
    bar = f'<rect class="{kind}" x="{left:.1f}" y="{top + 5}" width="{width:.1f}" height="20"/>'
    for began, ended in story.watched() if end > story.started else ():
        part = (began - story.started) / (end - story.started)
        share = ((ended or end) - began) / (end - story.started)
        x, wide = left + width * part, width * share
        bar += (
            f'<rect fill="url(#hatch)" x="{x:.1f}" y="{top + 5}" width="{wide:.1f}" height="20"/>'
        )
    return tag("a", f"<title>{escape(words)}</title>{bar}", href=f"#{story.name}")


def _days(now: datetime, height: int) -> str:
    return "".join(
        f'<text class="day" x="{_x(day, now):.0f}" y="{height - 4}">{day:%d %b}</text>'
        for day in _marks(now)
    )


def _marks(now: datetime) -> Iterator[datetime]:
    day = (now - SHOWN).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    while day < now - timedelta(days=2):
        yield day
        day += timedelta(days=7)


def _x(at: datetime, now: datetime) -> float:
    share = (at - (now - SHOWN)) / SHOWN
    return _LEFT + max(0.0, min(1.0, share)) * (_WIDTH - _LEFT)


def listed(shown: Board) -> Sequence[Story]:
    """Return the newest deployments, the newest first."""
    every = [story for place in shown.places for story in place.told]
    return sorted(every, key=lambda story: story.started, reverse=True)[:MOST_LISTED]
