"""The five delivery metrics as DORA defines them since 2024, of one environment over a period.

Each says how many deployments it stands on; shares have a Wilson interval, since a dozen
deployments prove little.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import quantiles

from dashboard.story import Story

_Z = 1.96  # 95 %
_WEEK = timedelta(weeks=1)
_UNPLANNED = ("hotfix", "rollback")


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
        since: When the period begins; with the first deployment where that is later.
        per_week: Deployments that changed the version; rollbacks and repeats do not count.
        lead_time: From commit to people, of each commit at its first deployment.
        failed: Deployments that were rolled back, needed a hotfix or had an incident after people
            had reached them.
        caught: Deployments that failed before: the gates did their work.
        recovery: From traffic on a failed version to traffic on a good one.
        rework: Deployments that were not planned: hotfixes, and ways back that were deployed. That
            an ordinary release mends something nobody tells the ledger.
        took: How long deployments took.
    """

    since: datetime
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
    changed = [story for story in _changes(told) if since <= story.started <= until]
    mended = _mended(told)
    reached = [story for story in mine if story.reached_people and story.trigger != "rollback"]
    failed = [it for it in reached if it.outcome != "deployed" or it.incident or it.name in mended]
    began = _began(told, since, until)
    return Measures(
        since=began,
        per_week=len(changed) / ((until - began) / _WEEK) if since < until else None,
        count=len(changed),
        lead_time=_times(leads(told, since, until)),
        failed=Share(len(failed), len(reached)),
        caught=sum(story.outcome != "deployed" and not story.reached_people for story in mine),
        recovery=_times(
            (mended.get(story.name) or story.finished) - story.shifted
            for story in failed
            if story.finished and story.shifted and (story.name in mended or not story.incident)
        ),
        rework=_rework(deployed),
        took=_times(story.finished - story.started for story in mine if story.finished),
    )


def _began(told: Sequence[Story], since: datetime, until: datetime) -> datetime:
    """A young ledger says nothing about the time before it; of less than a week nobody can say."""
    first = min((story.started for story in told), default=since)
    return max(since, min(first, until - _WEEK))


def _mended(told: Sequence[Story]) -> dict[str, datetime]:
    """Return what came through and was rolled back or mended in haste later, and when."""
    found: dict[str, datetime] = {}
    served: Story | None = None  # what served people last
    newest: Story | None = None  # what came to people last, were it for minutes
    for story in told:
        if story.finished is None or not story.reached_people:
            continue
        if story.outcome == "deployed":
            ill = {"rollback": served, "hotfix": newest}.get(story.trigger)
            if ill is not None and ill.outcome == "deployed" and ill.trigger != "rollback":
                found.setdefault(ill.name, story.finished)
            served = story
        newest = story
    return found


def _rework(deployed: Sequence[Story]) -> Share:
    return Share(sum(story.trigger in _UNPLANNED for story in deployed), len(deployed))


def _changes(told: Sequence[Story]) -> Iterator[Story]:
    """Leave out what failed, and what brought the version that was there or an earlier one back."""
    seen: set[str] = set()
    for story in told:
        if story.outcome == "deployed":
            if story.version not in seen and story.trigger != "rollback":
                yield story
            seen.add(story.version)


def leads(told: Sequence[Story], since: datetime, until: datetime) -> list[timedelta]:
    """Return how long each commit took to people, whose first deployment began in the period."""
    first: dict[str, tuple[Story, timedelta]] = {}
    for story in told:
        if story.outcome == "deployed" and story.finished is not None:
            for commit in story.commits:
                # A committer's clock may be ahead.
                lead = max(timedelta(), story.finished - commit.at)
                first.setdefault(commit.sha, (story, lead))
    return [lead for story, lead in first.values() if since <= story.started <= until]


def _times(found: Iterable[timedelta]) -> Times:
    lengths = sorted(found)
    if not lengths:
        return Times(None, None, 0)
    if len(lengths) == 1:
        return Times(lengths[0], lengths[0], 1)
    seconds = [length.total_seconds() for length in lengths]
    deciles = quantiles(seconds, n=10, method="inclusive")
    return Times(timedelta(seconds=deciles[4]), timedelta(seconds=deciles[8]), len(lengths))
