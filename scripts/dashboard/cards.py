"""One card for each environment: the six fields at a glance, then everything else that is known."""

from datetime import datetime

from common.condition import WORDS
from dashboard.board import Place
from dashboard.markup import ago, code, copied, escape, length, link, moment, tag
from dashboard.story import Story

_MOST_COMMITS = 20  # of a deployment; its report has all
_LONGEST = 100
_MARKS = {"healthy": "✓", "impaired": "!", "down": "✗", "unknown": "?"}


def card(place: Place, now: datetime) -> str:
    """Return an environment's card."""
    title = tag("h2", tag("a", escape(place.name), href=f"#{place.name}"))
    health = tag("span", _health(place), kind=f"pill {place.health}")
    parts = [tag("header", title + health), _version(place), _glance(place, now)]
    parts += [_running(place), _back(place), _more(place, now)]
    label = f"Environment {place.name}"
    inside = "".join(parts)
    return tag("section", inside, kind=f"card {place.health}", id=place.name, aria_label=label)


def _health(place: Place) -> str:
    mark = tag("span", _MARKS[place.health], kind="mark", aria_hidden="true")
    return f"{mark} {escape(WORDS[place.health])}"


def _version(place: Place) -> str:
    current = place.current
    if current is None:
        return tag("p", "none yet", kind="version")
    revision = tag("small", code(current.revision[:7])) if current.revision else ""
    drift = tag("p", f"⚠ {escape(place.drift)}", kind="drift") if place.drift else ""
    return tag("p", f"{escape(current.version)} {revision}", kind="version") + drift


def _glance(place: Place, now: datetime) -> str:
    """The six fields that an operator looks for first."""
    current, observed = place.current, place.observed
    checked = "never"
    if observed is not None:
        old = "" if place.health != "unknown" else " (too old to say anything about now)"
        checked = f"{moment(observed.at)}, {ago(observed.at, now)}{old}"
    detail = f": {escape(observed.detail)}" if observed and observed.detail else ""
    fields = [
        ("Environment", escape(place.name)),
        ("Current version", tag("strong", escape(current.version)) if current else "none yet"),
        ("Last deployed", _when(current, now)),
        ("Deployed by", escape(current.actor) if current else "nobody"),
        ("Health status", escape(WORDS[place.health]) + detail),
        ("Last health check", checked),
    ]
    return _fields(fields, "glance")


def _when(current: Story | None, now: datetime) -> str:
    if current is None or current.finished is None:
        return "never"
    return f"{moment(current.finished)}, {ago(current.finished, now)}"


def _running(place: Place) -> str:
    story = place.running
    if story is None:
        return ""
    stage = escape(stage_of(story))
    words = (
        f"{tag('strong', 'Under way:')} {link_to(story)} by {escape(story.actor)}, at "
        f"{tag('em', stage)}, since {moment(story.started)}"
    )
    bars = _weight("production", story.production_weight) + _weight("test", story.test_weight)
    return tag("div", tag("p", words) + bars, kind="running", role="status")


def _weight(what: str, percent: int) -> str:
    """One bar of traffic; the figure stands beside it in words."""
    bar = tag("progress", "", value=percent, max=100, aria_label=f"{what} traffic")
    return tag("p", f"{tag('span', f'{percent} % of {what} traffic')}{bar}", kind="weight")


def _back(place: Place) -> str:
    if place.back_to is None:
        return tag("p", f"No way back now: {escape(place.not_back)}.", kind="back")
    # From main, whatever the default branch: GitHub's environments let it alone go back.
    command = f"gh workflow run rollback.yml --ref main -f environment={place.name}"
    words = "Turn it back, to what ran before"
    if place.back_to:
        command += f" -f version={place.back_to}"
        words = f"Roll back to {tag('strong', escape(place.back_to))}"
    return tag("div", tag("p", words) + copied(command, "Copy the command"), kind="back")


def _more(place: Place, now: datetime) -> str:
    current = place.current
    if current is None:
        return tag("p", "Nothing was deployed here yet. The first deployment will show up here.")
    smoke = f"{current.smoke[0]} passed, {current.smoke[1]} failed" if current.smoke else "not told"
    verdict = " · ".join(filter(None, (current.verdict, current.reason)))
    fields = [
        ("Observed version", _observed(place)),
        ("Healthy", _looked(place)),
        ("Approved by", escape(current.approver or "nobody had to")),
        ("Trigger", escape(current.trigger)),
        ("Commits since the one before", _commits(current)),
        ("Images", _images(current)),
        ("Schema", escape(current.schema or "not told")),
        ("Smoke tests", smoke),
        ("Verdict", escape(verdict or "none")),
        ("Took", length(current.finished - current.started) if current.finished else "not over"),
        ("Flags", _flags(place)),
        ("Ledger", f"event {current.seq}, {code(current.hash[:16])}"),
        ("Run", link(current.run, "the pipeline's run") if current.run else "by hand"),
    ]
    return tag("details", tag("summary", "Everything known") + _fields(fields, "more"), open="open")


def _observed(place: Place) -> str:
    if place.drift:
        return tag("span", f"⚠ {escape(place.drift)}", kind="down")
    if place.health == "unknown" or place.observed is None:
        return "not known"
    seen = place.observed
    return f"{escape(seen.version or seen.digest[:19] or 'not told')}, as deployed"


def _looked(place: Place) -> str:
    looked = place.looked
    if looked.percent is None:
        return "nobody looked"
    return f"{looked.percent:.1f} % of {looked.whole} looks in 7 days"


def _commits(story: Story) -> str:
    if not story.commits:
        return "none told"
    items = "".join(
        tag("li", f"{code(commit.sha[:7])} {escape(commit.subject[:_LONGEST])}")
        for commit in story.commits[-_MOST_COMMITS:]
    )
    some = f", the newest {_MOST_COMMITS}" if len(story.commits) > _MOST_COMMITS else ""
    return f"{len(story.commits)}{some}{tag('ul', items)}"


def _images(story: Story) -> str:
    items = "".join(
        tag("li", f"{escape(name)}: {code(digest[:19])}")
        for name, digest in sorted(story.images.items())
    )
    return tag("ul", items) if items else "not told"


def _flags(place: Place) -> str:
    """By value, so that what is off or shared stands out."""
    values = sorted(set(place.flags.values()), key=("on", "off").__contains__)
    items = "".join(
        tag("li", f"{tag('strong', escape(value))}: {', '.join(_having(place, value))}")
        for value in values
    )
    return tag("ul", items) if items else "none"


def _having(place: Place, value: str) -> list[str]:
    return [escape(flag) for flag, it in place.flags.items() if it == value]


def stage_of(story: Story) -> str:
    """Say where a deployment is, as a person would."""
    return (story.stage or "started").lower().replace("_", " ")


def link_to(story: Story) -> str:
    """Return a link to the deployment's row on the same page."""
    return tag("a", escape(story.version), href=f"#{story.name}")


def _fields(fields: list[tuple[str, str]], kind: str) -> str:
    inside = "".join(tag("div", tag("dt", escape(name)) + tag("dd", it)) for name, it in fields)
    return tag("dl", inside, kind=kind)
