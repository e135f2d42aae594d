"""One look at an environment from outside, as people reach it: few questions, each limited."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from common.condition import Condition, read
from monitoring.looks import Look

QUESTIONS = ("/readyz", "/version", "/condition")


class Asks(Protocol):
    """Asks an address; `deploy.probes.HttpProbes` does, with time-outs and a bound."""

    def ask(self, address: str, path: str) -> tuple[int, dict[str, Any]]:
        """Return status and JSON; 0 when nobody answered."""
        ...


def look(asks: Asks, address: str, versions: Mapping[str, str], at: datetime) -> Look:
    """Return what is seen at `address`.

    Args:
        versions: What the ledger calls each image, by digest.
    """
    answers = {path: asks.ask(address, path) for path in QUESTIONS}
    (ready, reasons), (_, version), (_, condition) = (answers[path] for path in QUESTIONS)
    digest = str(version.get("digest", ""))
    return Look(
        at=at,
        condition=_judged(ready, condition.get("condition")),
        version=versions.get(digest, ""),
        digest=digest,
        detail=_detail(ready, reasons, condition),
    )


def _judged(ready: int, said: object) -> Condition:
    """What does not answer is down, whatever it said before; what is not ready answers nobody."""
    return read(said) if ready == 200 else "down"


def _detail(ready: int, reasons: Mapping[str, Any], condition: Mapping[str, Any]) -> str:
    if ready == 0:
        return str(reasons.get("error", "no answer"))
    if ready != 200:
        told = reasons.get("reasons")
        why = ", ".join(f"{key}: {value}" for key, value in told.items()) if told else ""
        return f"not ready ({ready}) {why}".strip()[:200]
    resting = condition.get("resting")
    if isinstance(resting, list) and resting:
        return f"resting: {', '.join(map(str, resting))}"[:200]
    silent = condition.get("silent")
    return f"{silent} does not answer"[:200] if silent else ""
