"""The report of one deployment in Markdown, for the summary of a run and the team's channel."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from common.ledger.events import Event
from dashboard.markdown import code, link, moment, plain, table
from dashboard.markup import length
from dashboard.story import Story, stories

_MARKS = {"deployed": "✅", "rolled back": "↩️", "failed": "❌", "under way": "⏳"}


class NoSuchDeployment(LookupError):
    """The sentence says which deployments there are."""


def find(events: Sequence[Event], name: str, environments: Sequence[str]) -> Story:
    """Return the deployment of this name; the newest where none is named.

    Raises:
        NoSuchDeployment: If the ledger has none.
    """
    told = [story for environment in environments for story in stories(events, environment)]
    told.sort(key=lambda story: story.started)
    for story in reversed(told):
        if name in ("", story.name):
            return story
    known = ", ".join(story.name for story in told[-5:]) or "none at all"
    raise NoSuchDeployment(f"There is no deployment {name!r}; the newest are {known}.")


def headline(story: Story) -> str:
    """Say in a line what became of it."""
    why = f": {plain(story.reason)}" if story.reason and story.outcome != "deployed" else ""
    mark = _MARKS.get(story.outcome, "❔")
    return f"{mark} {plain(story.version)} to {story.environment}: {plain(story.outcome)}{why}"


def report(story: Story) -> str:
    """Return the whole report."""
    lines = [f"## {headline(story)}", ""]
    lines += table(("What", "How it was"), ([name, value] for name, value in _facts(story)))
    if story.steps:
        lines += ["", "### Steps", "", *table(("When", "Step", "Outcome"), _steps(story))]
    if story.commits:
        lines += ["", f"### {len(story.commits)} commits", ""]
        lines += [f"- {code(it.sha[:7])} {plain(it.subject)}" for it in story.commits]
    return "\n".join(lines) + "\n"


def _facts(story: Story) -> Iterator[tuple[str, str]]:
    yield "Version", f"{plain(story.version)} ({code(story.revision[:12] or 'unknown')})"
    for program, digest in sorted(story.images.items()):
        yield f"Image of {plain(program)}", code(digest)
    yield "Started", moment(story.started)
    yield "Took", length(story.finished - story.started) if story.finished else "not over"
    yield "By", plain(story.actor)
    yield "Approved by", plain(story.approver or "nobody had to")
    yield "Trigger", plain(story.trigger)
    yield "Schema", plain(story.schema or "not told")
    if story.smoke is not None:
        yield "Smoke tests", f"{story.smoke[0]} passed, {story.smoke[1]} failed"
    verdict = " · ".join(filter(None, (story.verdict, story.reason)))
    yield "Verdict", plain(verdict or "none")
    yield from _pipeline(story)
    yield "Ledger", f"event {story.seq}, {code(story.hash)}"
    if story.run:
        yield "Run", link(story.run, "the pipeline's run")


def _pipeline(story: Story) -> Iterator[tuple[str, str]]:
    found = story.pipeline
    if isinstance(seconds := found.get("build_seconds"), int | float):
        yield "Build time", length(timedelta(seconds=seconds))
    if "coverage" in found:
        yield "Coverage", f"{plain(found['coverage'])} %"
    if "tests" in found:
        yield "Tests", f"{plain(found['tests'])}, {plain(found.get('failures', 0))} failed"


def _steps(story: Story) -> Iterator[list[str]]:
    for name, at, outcome in story.steps:
        told = plain(name.lower().replace("_", " "))
        yield [f"{at:%H:%M:%S}", told, plain(outcome)]
