"""Delivery of a week in Markdown, with the measures that the page shows."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from common.condition import WORDS
from common.features.lint import overdue
from common.ledger.events import Event
from dashboard.board import Place, board, merged
from dashboard.figures import delivery_rows
from dashboard.markdown import code, link, moment, plain, table
from dashboard.measures import measures
from dashboard.report import headline
from dashboard.story import Story
from dashboard.timeline import listed
from dashboard.turned import changes, flags
from monitoring.looks import Look

WEEK = timedelta(days=7)


def week(
    chains: Sequence[Sequence[Event]],
    environments: Sequence[str],
    until: datetime,
    newest: Mapping[str, Look] | None = None,
) -> str:
    """Return the report of the seven days before `until`.

    Args:
        newest: The newest look at each environment, where it is kept beside the ledger.
    """
    events, since = merged(chains), until - WEEK
    shown = board(chains, environments, flags(events, until), until, newest)
    lines = [f"## Delivery in the week until {until:%Y-%m-%d}", ""]
    if shown.broken is not None:
        lines += [f"**The ledger was tampered with: {plain(shown.broken.reason)}.**", ""]
    if shown.demonstration:
        lines += ["This is a demonstration: a made-up ledger, no real deployment.", ""]
    for place in shown.places:
        lines += _place(place, since, until)
    lines += ["### Deployments", "", *_deployments(listed(shown), since), ""]
    lines += ["### Flags", "", *_flags(events, since, until), ""]
    return "\n".join(lines)


def _place(place: Place, since: datetime, until: datetime) -> Iterator[str]:
    yield f"### {place.name.capitalize()}"
    yield ""
    runs = f"{plain(place.current.version)} runs." if place.current else "Nothing was deployed yet."
    looked = "nobody looked"
    if place.looked.percent is not None:
        looked = f"healthy in {place.looked.percent:.1f} % of {place.looked.whole} looks"
    yield f"{runs} Health: {WORDS[place.health]} now, {looked}."
    yield ""
    rows = (
        [plain(cell) for cell in row] for row in delivery_rows(measures(place.told, since, until))
    )
    yield from table(("Metric", "Value", "Target", "Stands on"), rows)
    yield ""


def _deployments(told: Sequence[Story], since: datetime) -> Iterator[str]:
    mine = [story for story in told if story.started >= since]
    for story in mine:
        run = f", {link(story.run, 'run')}" if story.run else ""
        yield f"- {moment(story.started)}: {headline(story)}, by {plain(story.actor)}{run}"
    if not mine:
        yield "None."


def _flags(events: Sequence[Event], since: datetime, until: datetime) -> Iterator[str]:
    mine = [it for it in changes(events) if since <= it.at <= until]
    for it in mine:
        what = f"{it.environment}, {code(it.flag)}: {plain(it.old)} to {plain(it.new)}"
        yield f"- {moment(it.at)}, {what}, by {plain(it.actor)}: {plain(it.reason)}"
    if not mine:
        yield "None was turned."
    yield from (f"- {plain(it.sentence)}" for it in overdue(until.date()))
