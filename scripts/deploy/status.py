"""`python -m deploy status`: what runs now, what moves, and whose it is."""

from typing import Any

from deploy.apply import Tools, deployed, release_of
from deploy.ledger import open_deployment


def status(tools: Tools) -> dict[str, Any]:
    """Return what a person or a program asks about an environment.

    Raises:
        PlatformError: If ECS does not tell.
    """
    events = tools.ledger.read()
    running = open_deployment(events, tools.place.environment)
    done = deployed(events, tools.place.environment)
    versions = {
        image.reference: str(it.draft.data["version"])
        for it in [*done, *([running] if running is not None else [])]
        for image in release_of(it).images.values()
    }
    return {
        "environment": tools.place.environment,
        "version": str(done[-1].draft.data["version"]) if done else "",
        "under_way": running.draft.deployment if running is not None else "",
        "services": [_service(tools, it.name, it.unit, versions) for it in tools.place.services],
        "ledger": events[-1].hash if events else "",
    }


def _service(tools: Tools, name: str, service: str, versions: dict[str, str]) -> dict[str, Any]:
    live, rollout = tools.platform.live(service), tools.platform.newest(service)
    told: dict[str, Any] = {
        "name": name,
        "version": versions.get(live.image, "unknown"),
        "digest": live.image.rpartition("@")[2],
        "tasks": live.tasks,
    }
    if rollout is not None and not rollout.over:
        told["moving"] = {
            "deployment": rollout.label or "not ours",
            "state": rollout.state,
            "stage": rollout.stage,
            "production": rollout.production,
            "test": rollout.test,
            "waits": bool(rollout.hook),
        }
    return told


def table(told: dict[str, Any]) -> str:
    """Return it as lines for a terminal."""
    lines = [f"{told['environment']}: {told['version'] or 'nothing was deployed yet'}"]
    for it in told["services"]:
        lines.append(f"  {it['name']}: {it['version']}, {it['digest'][:19]}, {it['tasks']} tasks")
        if moving := it.get("moving"):
            stage = moving["stage"].lower().replace("_", " ")
            waits = ", waits for an answer" if moving["waits"] else ""
            lines.append(
                f"    {moving['deployment']}: {moving['state']} at {stage}{waits}, "
                f"{moving['production']} % of production, {moving['test']} % of test traffic"
            )
    if told["under_way"]:
        lines.append(f"Under way: {told['under_way']}; `apply` the same release to go on with it.")
    return "\n".join(lines)
