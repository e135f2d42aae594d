"""`python -m deploy.mirror`: show GitHub what the ledger says of its newest deployments.

GitHub's Deployments are a mirror: whoever may write to the repository can change or delete them,
and nothing here reads them. Each carries the hash of its last event: one more anchor.
Through GitHub's command `gh`; GH_REPO or the folder says which repository.
"""

import json
import subprocess  # nosec B404: a fixed command, no shell
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from common.ledger.events import BadEvent, Event
from dashboard.board import merged
from dashboard.story import Story, stories
from deploy import desk
from deploy.anchors import ledgers
from deploy.history import ENVIRONMENTS

_NEWEST = 3
_LONGEST = 140  # of GitHub's descriptions
_STATES = {
    "deployed": "success",
    "rolled back": "failure",
    "failed": "failure",
    "under way": "in_progress",
}
Ask = Callable[[str, str, Mapping[str, Any] | None], Any]


def mirrored(ask: Ask, events: Sequence[Event], environment: str) -> list[str]:
    """Bring GitHub up to date with the newest deployments of an environment; say what was done.

    Args:
        ask: Takes a method, a path below the repository and a body; returns GitHub's answer.
    """
    said = []
    for story in stories(events, environment)[-_NEWEST:]:
        if not story.revision:
            continue
        told = ask("GET", f"deployments?sha={story.revision}&environment={environment}", None)
        mine = [it for it in told if _payload(it).get("deployment") == story.name]
        if mine and _payload(mine[0]).get("hash") == story.hash:
            continue
        number = ask("POST", "deployments", _deployment(story))["id"]
        ask("POST", f"deployments/{number}/statuses", _status(story))
        said.append(f"{story.name}: {_STATES[story.outcome]}")
    return said


def _payload(told: Mapping[str, Any]) -> dict[str, Any]:
    found = told.get("payload")
    if isinstance(found, str):
        try:
            found = json.loads(found)
        except ValueError:
            return {}
    return found if isinstance(found, dict) else {}


def _deployment(story: Story) -> dict[str, Any]:
    return {
        "ref": story.revision,
        "environment": story.environment,
        "auto_merge": False,
        "required_contexts": [],
        "production_environment": story.environment == "production",
        "description": f"{story.version} by {story.actor}"[:_LONGEST],
        "payload": {"deployment": story.name, "hash": story.hash, "event": story.seq},
    }


def _status(story: Story) -> dict[str, Any]:
    return {
        "state": _STATES[story.outcome],
        "log_url": story.run,
        "description": f"{story.outcome} {story.reason}".strip()[:_LONGEST],
        "auto_inactive": story.outcome == "deployed",
    }


def gh(method: str, path: str, body: Mapping[str, Any] | None) -> Any:
    """Ask GitHub about this repository.

    Raises:
        OSError: If it does not answer, or says no.
    """
    command = ["gh", "api", "--method", method, f"repos/{{owner}}/{{repo}}/{path}"]
    if body is not None:
        command += ["--input", "-"]
    sent = json.dumps(body) if body is not None else None
    try:
        done = subprocess.run(  # nosec B603
            command, input=sent, capture_output=True, text=True, timeout=30
        )
    except subprocess.TimeoutExpired:
        raise OSError("gh did not answer within 30 seconds.") from None
    if done.returncode:
        raise OSError(f"gh: {done.stderr.strip()[:200]}")
    return json.loads(done.stdout)


def main() -> int:
    """Return 0, or 1 when GitHub or a ledger could not be asked: a mirror stops nobody."""
    try:
        events = merged([desk.ledger(place).read() for place in ledgers()])
        for environment in ENVIRONMENTS:
            print("\n".join(mirrored(gh, events, environment)) or f"{environment}: as it is")
    except (BadEvent, OSError, ValueError, KeyError, TypeError) as error:
        print(f"The mirror is not up to date: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
