"""Delivery and pipeline metrics in words, each beside the target that the owner set."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from dashboard.board import Board
from dashboard.markup import escape, length, numbered, tag, whole_table
from dashboard.measures import Measures, Share, Times, leads, measures
from dashboard.story import Story

PERIOD = timedelta(days=90)
DAYS_OF_WORK = 5  # "daily" is each day on which somebody works
_UNKNOWN = "unknown"
_REWORK = "hotfixes and rollbacks: no ledger knows what an ordinary release mends"
_MOST_DOTS = 300


def delivery(shown: Board) -> str:
    """Return the five delivery metrics of production, and how long it takes, as tiles."""
    told = next((place.told for place in shown.places if place.name == "production"), ())
    found = measures(told, shown.at - PERIOD, shown.at)
    tiles = "".join(_tile(*row) for row in zip(delivery_rows(found), _met(found), strict=True))
    caption = f"Production, from {found.since:%Y-%m-%d} to {shown.at:%Y-%m-%d}"
    return tag("p", caption, kind="soft") + tag("ul", tiles, kind="tiles")


def _tile(row: tuple[str, str, str, str], met: bool | None) -> str:
    name, value, target, stands_on = (escape(cell) for cell in row)
    kind, mark = {True: ("met", "✓ "), False: ("missed", "✗ "), None: ("", "")}[met]
    words = {True: "met", False: "missed", None: ""}[met]
    said = tag("span", f"{mark}{words}", kind="judged") if words else ""
    first, _, rest = value.partition(", ")
    parts = [tag("h3", name), tag("p", first, kind="value"), tag("p", rest) if rest else ""]
    goal = f"Target: {target} {said}" if target != "no target" else "No target"
    parts += [tag("p", goal, kind="goal"), tag("p", stands_on, kind="soft")]
    return tag("li", "".join(parts), kind=f"tile {kind}".strip())


def _met(found: Measures) -> Iterator[bool | None]:
    """Yield whether each row's target is met; None where nothing is known, or nothing was set."""
    yield None if found.per_week is None or not found.count else found.per_week >= DAYS_OF_WORK
    yield _below(found.lead_time, timedelta(hours=1))
    yield None if found.failed.percent is None else found.failed.percent < 1
    yield _below(found.recovery, timedelta(minutes=15))
    yield None
    yield None
    yield _below(found.took, timedelta(minutes=15))


def _below(found: Times, target: timedelta) -> bool | None:
    return None if found.half is None else found.half < target


def delivery_rows(found: Measures) -> Iterator[tuple[str, str, str, str]]:
    """Yield metric, value, target and what it stands on, in words."""
    per_week = _UNKNOWN if found.per_week is None else f"{found.per_week:.1f} a week"
    yield "Deployment frequency", per_week, "daily", numbered(found.count, "deployment")
    yield "Change lead time", _times(found.lead_time), "< 1 h", numbered(
        found.lead_time.count, "commit"
    )
    failed = found.failed
    yield "Change fail rate", _share(failed), "< 1 %, success > 99 %", numbered(
        failed.whole, "deployment"
    )
    yield "Recovery from a failed deployment", _times(found.recovery), "< 15 min", numbered(
        found.recovery.count, "failure"
    )
    rework = found.rework
    counted = f"{numbered(rework.whole, 'deployment')}; {_REWORK}"
    yield "Deployment rework rate", _share(rework), "no target", counted
    yield "Stopped by a gate before people saw it", str(found.caught), "no target", ""
    yield "Deployment time", _times(found.took), "< 15 min", numbered(
        found.took.count, "deployment"
    )


def pipeline(shown: Board) -> str:
    """Return what the runs of the newest deployments measured, beside the owner's targets."""
    rows = [
        [escape(place.name), *(escape(cell) for cell in _measured(place.told))]
        for place in shown.places
    ]
    rows.append([tag("em", "target"), *(tag("em", escape(it)) for it in _TARGETS)])
    head = ("Environment", "Build time", "Coverage", "Tests", "Failures", "Deployment time")
    return whole_table("Pipeline of the newest deployment", head, rows)


_TARGETS = ("< 15 min with its deployment", "no target", "no target", "0", "< 15 min")


def _newest(told: Sequence[Story]) -> Story | None:
    return next((story for story in reversed(told) if story.pipeline), None)


def _measured(told: Sequence[Story]) -> tuple[str, ...]:
    ended = [story.finished - story.started for story in told if story.finished]
    took = length(ended[-1]) if ended else _UNKNOWN
    story = _newest(told)
    if story is None:
        return (*(_UNKNOWN,) * 4, took)
    found = story.pipeline
    seconds, coverage = found.get("build_seconds"), found.get("coverage")
    return (
        length(timedelta(seconds=seconds)) if isinstance(seconds, int | float) else _UNKNOWN,
        f"{coverage} %" if coverage is not None else _UNKNOWN,
        str(found.get("tests", _UNKNOWN)),
        str(found.get("failures", _UNKNOWN)),
        took,
    )


def lead_times(shown: Board, until: datetime) -> str:
    """Return a strip of dots: how long each commit took to reach people."""
    told = next((place.told for place in shown.places if place.name == "production"), ())
    found = leads(told, until - PERIOD, until)
    hours = [lead / timedelta(hours=1) for lead in found[-_MOST_DOTS:]]
    if not hours:
        return tag("p", "No commit has reached production yet.")
    most = max(*hours, 1.0)
    dots = "".join(
        f'<circle cx="{10 + 700 * value / most:.1f}" cy="{20 + number * 7 % 21}" r="3.5"/>'
        for number, value in enumerate(hours)
    )
    target = 10 + 700 / most
    which = "" if len(found) == len(hours) else "the newest "
    commits = which + numbered(len(hours), "commit")
    words = f"Lead time of {commits} in hours; the line is the target of one hour"
    picture = tag(
        "svg",
        f"<title>{words}</title>{dots}"
        f'<line class="target" x1="{target:.1f}" x2="{target:.1f}" y1="8" y2="52"/>'
        f'<text x="10" y="66">0 h</text><text x="710" y="66" text-anchor="end">{most:.0f} h</text>',
        viewBox="0 0 720 72",
        role="img",
        kind="strip",
    )
    inside = tag("p", words, kind="soft") + picture
    return tag("div", inside, kind="wide", tabindex=0, role="region", aria_label="Lead times")


def _times(found: Times) -> str:
    if found.half is None:
        return _UNKNOWN
    if found.count == 1:
        return length(found.half)
    return f"{length(found.half)}, the middle; 9 of 10 within {length(found.nine_of_ten)}"


def _share(found: Share) -> str:
    if found.percent is None or found.interval is None:
        return _UNKNOWN
    low, high = found.interval
    return f"{found.percent:.0f} %, or {low:.0f} to {high:.0f} % with 95 % probability"
