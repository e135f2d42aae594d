"""The five delivery metrics as DORA defines them since 2024, of one environment over a period.

Each says how many deployments it stands on; shares have a Wilson interval, since a dozen
deployments prove little.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import quantiles

from dashboard.story import Story

_Z = 1.96  # 95 %


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`, and where the true share lies with 95 % probability, in percent."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        return 100 * self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's score interval."""
        if not self.whole:
            return None
        p, n, z = self.part / self.whole, self.whole, _Z
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        reach = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return 100 * max(0.0, middle - reach), 100 * min(1.0, middle + reach)


@dataclass(frozen=True, slots=True)
class Times:
    """How long something took: the middle, nine of ten, and of how many."""

    half: timedelta | None
    nine_of_ten: timedelta | None
    count: int


@dataclass(frozen=True, slots=True)
class Measures:
    """Of one environment.

    Attributes:
        per_week: Deployments that changed the version; rollbacks and repeats do not count.
        lead_time: From commit to people, of each commit at its first deployment.
        failed: Deployments that needed somebody, or a rollback, after people had reached them.
        caught: Deployments that failed before: the gates did their work.
        recovery: From traffic on a failed version to its end.
        rework: Deployments that an incident made necessary.
        took: How long deployments took.
    """

    per_week: float | None
    count: int
    lead_time: Times
    failed: Share
    caught: int
    recovery: Times
    rework: Share
    took: Times


def measures(told: Sequence[Story], since: datetime, until: datetime) -> Measures:
    """Return the metrics of the deployments that began in the period."""
    mine = [story for story in told if since <= story.started <= until and story.finished]
    deployed = [story for story in mine if story.outcome == "deployed"]
    changed = _changes(deployed)
    undone = _undone(told)
    reached = [story for story in mine if story.reached_people and story.trigger != "rollback"]
    failed = [it for it in reached if it.outcome != "deployed" or it.incident or it.name in undone]
    weeks = (until - since) / timedelta(weeks=1)
    return Measures(
        per_week=len(changed) / weeks if weeks > 0 else None,
        count=len(changed),
        lead_time=_times(_leads(deployed)),
        failed=Share(len(failed), len(reached)),
        caught=sum(story.outcome != "deployed" and not story.reached_people for story in mine),
        recovery=_times(
            (undone.get(story.name) or story.finished) - story.shifted
            for story in failed
            if story.finished and story.shifted and (story.name in undone or not story.incident)
        ),
        rework=_rework([story for story in deployed if story.trigger != "rollback"]),
        took=_times(story.finished - story.started for story in mine if story.finished),
    )


def _undone(told: Sequence[Story]) -> dict[str, datetime]:
    """Return what came through and was rolled back by somebody later, and when that was done."""
    found: dict[str, datetime] = {}
    before: Story | None = None
    for story in told:
        if story.outcome != "deployed" or story.finished is None:
            continue
        if story.trigger == "rollback" and before is not None and before.trigger != "rollback":
            found[before.name] = story.finished
        before = story
    return found


def _rework(deployed: Sequence[Story]) -> Share:
    return Share(sum(story.trigger == "hotfix" for story in deployed), len(deployed))


def _changes(deployed: Sequence[Story]) -> list[Story]:
    """Leave out what brought the version that was there, or an earlier one back."""
    seen: set[str] = set()
    found = []
    for story in deployed:
        if story.version not in seen and story.trigger != "rollback":
            found.append(story)
        seen.add(story.version)
    return found


def _leads(deployed: Sequence[Story]) -> list[timedelta]:
    first: dict[str, timedelta] = {}
    for story in deployed:
        for commit in story.commits:
            if story.finished is not None and commit.sha not in first:
                first[commit.sha] = story.finished - commit.at
    return list(first.values())


def _times(found: Iterable[timedelta]) -> Times:
    lengths = sorted(found)
    if not lengths:
        return Times(None, None, 0)
    if len(lengths) == 1:
        return Times(lengths[0], lengths[0], 1)
    seconds = [length.total_seconds() for length in lengths]
    deciles = quantiles(seconds, n=10, method="inclusive")
    return Times(timedelta(seconds=deciles[4]), timedelta(seconds=deciles[8]), len(lengths))
