"""One card for each environment: the six fields at a glance, then everything else that is known."""

from datetime import datetime

from dashboard.board import Place
from dashboard.markup import ago, code, escape, length, link, moment, tag
from dashboard.story import Story

_HEALTH = {"healthy": "✓ healthy", "ill": "✗ ill", "unknown": "? not known"}


def card(place: Place, now: datetime) -> str:
    """Return an environment's card."""
    title = tag("h2", escape(place.name)) + tag(
        "span", _HEALTH[place.health], kind=f"health {place.health}"
    )
    parts = [tag("header", title), _glance(place, now), _running(place), _more(place)]
    return tag("section", "".join(parts), kind=f"card {place.health}", id=place.name, tabindex=0)


def _glance(place: Place, now: datetime) -> str:
    """The six fields that an operator looks for first."""
    current, observed = place.current, place.observed
    checked = "never"
    if observed is not None:
        old = "" if place.health != "unknown" else " (too old to say anything about now)"
        checked = f"{moment(observed.at)}, {ago(observed.at, now)}{old}"
    fields = [
        ("Environment", escape(place.name)),
        ("Current version", tag("strong", escape(current.version)) if current else "none yet"),
        ("Last deployed", _when(current, now)),
        ("Deployed by", escape(current.actor) if current else "nobody"),
        ("Health status", escape(_HEALTH[place.health]) + _detail(place)),
        ("Last health check", checked),
    ]
    return _fields(fields, "glance")


def _when(current: Story | None, now: datetime) -> str:
    if current is None or current.finished is None:
        return "never"
    return f"{moment(current.finished)}, {ago(current.finished, now)}"


def _detail(place: Place) -> str:
    return f": {escape(place.observed.detail)}" if place.observed and place.observed.detail else ""


def _running(place: Place) -> str:
    story = place.running
    if story is None:
        return ""
    weights = (
        f"{story.production_weight} % of production, {story.test_weight} % of test traffic "
        f"on {escape(story.version)}"
    )
    bar = tag("progress", "", value=story.production_weight, max=100, aria_label="traffic")
    stage = escape(story.stage or "started")
    return tag(
        "p",
        f"<strong>Under way:</strong> {escape(story.version)} by {escape(story.actor)}, "
        f"at {stage}, since {moment(story.started)}. {weights} {bar}",
        kind="running",
    )


def _more(place: Place) -> str:
    current = place.current
    if current is None:
        return tag("p", "Nothing was deployed here yet. The first deployment will show up here.")
    smoke = f"{current.smoke[0]} passed, {current.smoke[1]} failed" if current.smoke else "not told"
    fields = [
        ("Observed version", _observed(place)),
        ("Revision", code(current.revision[:12]) if current.revision else "not told"),
        ("Approved by", escape(current.approver or "nobody had to")),
        ("Commits since the one before", _commits(current)),
        ("Schema", escape(current.schema or "not told")),
        ("Smoke tests", smoke),
        ("Verdict", escape(" · ".join(filter(None, (current.verdict, current.reason))) or "none")),
        ("Took", _took(current)),
        ("Roll back", _way_back(place)),
        ("Flags", _flags(place)),
        ("Ledger", f"event {current.seq}, {code(current.hash[:16])}"),
        ("Run", link(current.run, "the pipeline's run") if current.run else "by hand"),
    ]
    return tag("details", tag("summary", "Everything known") + _fields(fields, "more"), open="open")


def _observed(place: Place) -> str:
    if place.drift:
        return tag("span", f"⚠ {escape(place.drift)}", kind="ill")
    if place.health == "unknown" or place.observed is None:
        return "not known"
    return f"{escape(place.observed.version or 'not told')}, as deployed"


def _commits(story: Story) -> str:
    if not story.commits:
        return "none told"
    items = "".join(
        tag("li", f"{code(commit.sha[:7])} {escape(commit.subject)}") for commit in story.commits
    )
    return f"{len(story.commits)}{tag('ul', items)}"


def _took(story: Story) -> str:
    return length(story.finished - story.started) if story.finished else "not over"


def _way_back(place: Place) -> str:
    if place.back_to is None:
        return f"not now: {escape(place.not_back)}"
    asked = f"-f environment={place.name} -f version={place.back_to}"
    command = f"gh workflow run rollback.yml {asked}"
    return f"to {escape(place.back_to)}: {code(command)}"


def _flags(place: Place) -> str:
    items = "".join(
        tag("li", f"{escape(flag)}: {escape(value)}") for flag, value in place.flags.items()
    )
    return tag("ul", items) if items else "none"


def _fields(fields: list[tuple[str, str]], kind: str) -> str:
    inside = "".join(tag("dt", escape(name)) + tag("dd", value) for name, value in fields)
    return tag("dl", inside, kind=kind)
