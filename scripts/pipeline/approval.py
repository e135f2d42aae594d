"""May this run go to production? Standard library and `gh` alone.

Where GitHub's environment `production` asks a person, it does so itself, before the first step of
the job that deploys. Where the plan has no such environments, who starts the run must be one of the
APPROVERS, and must not have written what is released.
"""

import json
from collections.abc import Collection, Mapping
from typing import Any

from gitflow.repository import Refused
from gitflow.rulesets import gh

ENVIRONMENT = "production"


def decided(asks: bool, actor: str, approvers: Collection[str], authors: Collection[str]) -> str:
    """Return who approves by starting the run; empty where the environment asks a person.

    >>> decided(False, "ada", ["grace", "Ada"], ["grace"])
    'ada'

    Raises:
        Refused: Says who may.
    """
    if asks:
        return ""
    may = {it.casefold() for it in approvers} - {it.casefold() for it in authors}
    if actor.casefold() in may:
        return actor
    if not approvers:
        raise Refused(
            "Nobody is asked: give the environment production required reviewers, or, where the "
            "plan has none, name who may in the variable APPROVERS."
        )
    others = sorted(it for it in approvers if it.casefold() in may)
    raise Refused(
        f"{actor} cannot approve this release: that is for one of APPROVERS who did not write it "
        f"({', '.join(others) or 'nobody is left'}). Such a person runs this job again."
    )


def asks(repository: str) -> bool:
    """Tell whether the environment waits for a person.

    Raises:
        Refused: If GitHub does not say.
    """
    try:
        found = json.loads(gh("api", f"repos/{repository}/environments/{ENVIRONMENT}"))
    except Refused as refused:
        if "HTTP 404" in str(refused):
            return False
        raise
    rules: list[Mapping[str, Any]] = found.get("protection_rules", [])
    return any(it.get("type") == "required_reviewers" and it.get("reviewers") for it in rules)


def authors(repository: str, tag: str) -> set[str]:
    """Return who made the tagged commit, and who made what it merged."""
    merge = json.loads(gh("api", f"repos/{repository}/commits/{tag}"))
    found = [merge]
    if len(merge["parents"]) > 1:
        found.append(
            json.loads(gh("api", f"repos/{repository}/commits/{merge['parents'][-1]['sha']}"))
        )
    return {str(it["author"]["login"]) for it in found if it.get("author")}


def reviewer(repository: str, run: str) -> str:
    """Return who approved this run for the environment; empty where nobody had to."""
    for review in json.loads(gh("api", f"repos/{repository}/actions/runs/{run}/approvals")):
        names = {it["name"] for it in review["environments"]}
        if review["state"] == "approved" and ENVIRONMENT in names:
            return str(review["user"]["login"])
    return ""
