"""One look at an environment from outside, as people reach it: few questions, each limited."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from common.condition import Condition, read
from monitoring.looks import Look

QUESTIONS = ("/version", "/condition")


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
    (_, version), (status, told) = (asks.ask(address, path) for path in QUESTIONS)
    digest = str(version.get("digest", ""))
    return Look(
        at=at,
        condition=_judged(status, told.get("condition")),
        version=versions.get(digest, ""),
        digest=digest,
        detail=_detail(status, told)[:200],
    )


def _judged(status: int, said: object) -> Condition:
    """What does not answer, or answers that it cannot, is down; what says no word is not known."""
    if status == 0 or status >= 500:
        return "down"
    return read(said) if status == 200 else "unknown"


def _detail(status: int, told: Mapping[str, Any]) -> str:
    if status != 200:
        return str(told.get("error") or f"it answers {status}")
    if told.get("ready") is False:
        return "not ready"
    if silent := told.get("silent"):
        return f"{silent} does not answer"
    resting = told.get("resting")
    names = ", ".join(map(str, resting)) if isinstance(resting, list) else ""
    return f"resting: {names}" if names else ""
