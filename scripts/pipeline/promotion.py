"""Which release a tag may bring to production: the images that staging has shown of its content."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from common.ledger.events import Event, of_environment
from deploy.apply import deployed, release_of
from deploy.plan import Refused
from deploy.release import Release
from gitflow import repository
from gitflow.repository import Repository
from gitflow.versions import Version, latest
from pipeline.records import STAGING, shown
from supply.release import commits

# How long main and develop may differ by a release before the next one is refused.
_PATIENCE = timedelta(hours=24)


def promoted(
    here: Repository, events: Sequence[Event], tag: str, now: datetime
) -> tuple[Release, str]:
    """Return the release of a tag and what began it: push or hotfix.

    The merge that was tagged has another name than the commit that was built, and the same content:
    the tree tells. `revision` stays what was built, because that is what the images say.

    Args:
        here: With every tag, main and develop.
        events: Staging's ledger.

    Raises:
        Refused: If the tag is none of main's, or staging has not shown its content.
    """
    try:
        version = _version(here, tag)
        tree = here.git("rev-parse", f"{tag}^{{tree}}")
        before = latest(it for it in here.tags() if _older(it, version))
        _must_be_back(here, before, now)
        told = tuple(commits(here, before.tag if before else "", tag))
    except repository.Refused as error:
        raise Refused(str(error)) from None
    started = shown(events, tree)
    release = replace(release_of(started), version=str(version), commits=told)
    return release, "hotfix" if started.draft.data["trigger"] == "hotfix" else "push"


def must_not_go_back(events: Sequence[Event], environment: str, wanted: str) -> None:
    """Refuse a version that is older than what was deployed last: an approval may come late.

    Args:
        events: The ledger of that environment.

    Raises:
        Refused: Says which workflow brings an older version back.
    """
    done = deployed(events, environment)
    try:
        there = Version.parse(done[-1].draft.data["version"]) if done else None
        older = there is not None and Version.parse(wanted) < there
    except ValueError:  # by hand, under a name that is no version
        return
    if older:
        raise Refused(
            f"{environment} has {there}, and {wanted} is older: somebody approved it after that "
            f"came. If it shall go back, run the workflow Rollback with the version {wanted}."
        )


def again(events: Sequence[Event], version: str) -> Release:
    """Return the release that was brought to staging under a version, the newest of its name.

    Raises:
        Refused: If none was.
    """
    found = [
        release_of(it)
        for it in of_environment(events, STAGING)
        if it.draft.kind == "started" and it.draft.data["version"] == version
    ]
    if not found:
        raise Refused(f"{version} was never on staging; `python -m deploy history` lists what was.")
    return found[-1]


def _version(here: Repository, tag: str) -> Version:
    try:
        version = Version.parse(tag)
    except ValueError as error:
        raise Refused(f"{error}.") from None
    if tag != version.tag or tag not in here.tags():
        raise Refused(f"There is no tag {tag}.")
    if not here.contains("origin/main", tag):
        raise Refused(f"{tag} does not stand on main.")
    if (declared := here.declared(tag)) != str(version):
        raise Refused(f"{tag} is about {version}, but pyproject.toml says {declared} there.")
    return version


def _older(tag: str, than: Version) -> bool:
    found = latest([tag])
    return found is not None and found < than


def _must_be_back(here: Repository, before: Version | None, now: datetime) -> None:
    """Refuse while the release before has not come back to develop for a day."""
    if before is None or here.contains("origin/develop", before.tag):
        return
    at = datetime.fromisoformat(here.git("log", "-1", "--format=%cI", before.tag))
    if now - at > _PATIENCE:
        raise Refused(
            f"{before.tag} has not come back to develop for more than a day: "
            "merge the pull request that brings main to develop first."
        )
