"""The port to what runs the programs, in our words. `ecs` is one; its terms end there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol

# What has begun is shown within seconds, and not at once: until then its absence says nothing.
SHOWN = timedelta(minutes=1)
State = Literal["running", "succeeded", "turning back", "turned back", "stuck"]


class PlatformError(Exception):
    """It did not do what was asked, or did not say whether it did: ask again later."""


class NotNow(PlatformError):
    """What was asked makes no sense any more, for example to stop what has ended: look again."""


@dataclass(frozen=True, slots=True)
class Live:
    """What a service runs, and shall run.

    Attributes:
        definition: Names the exact task definition.
        image: What its container runs.
        label: Names the deployment that made the definition; empty for none of ours.
        tasks: How many there should be.
    """

    definition: str
    image: str
    label: str
    tasks: int


@dataclass(frozen=True, slots=True)
class Rollout:
    """One change of one service, as the platform tells it.

    Attributes:
        name: The platform's.
        label: Names the deployment whose definition it brings.
        state: stuck: it can neither go on nor back, a person must look.
        stage: The platform's word; unknown ones may come.
        hook: Names the question that it waits to have answered; empty when it waits for nothing.
        production, test: Percent of the traffic that the new version gets.
    """

    name: str
    label: str
    state: State
    stage: str
    reason: str
    hook: str
    production: int
    test: int
    running: int
    wanted: int

    @property
    def over(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in ("succeeded", "turned back", "stuck")


@dataclass(frozen=True, slots=True)
class Once:
    """A task that does one thing and ends.

    Attributes:
        name: The platform's.
        over: Whether it has ended; then `code` is what its program returned, None if it never ran.
        known: Whether the platform still remembers it; it forgets what ended an hour ago.
        reason: Why it ended, in the platform's words.
    """

    name: str
    over: bool = False
    code: int | None = None
    known: bool = True
    reason: str = ""


class Platform(Protocol):
    """All raise PlatformError. Each may be asked twice for the same: the second does nothing."""

    def live(self, service: str) -> Live:
        """Return what the service runs once nothing moves."""
        ...

    def newest(self, service: str) -> Rollout | None:
        """Return the last rollout that was begun; None before the first."""
        ...

    def define(self, service: str, image: str, label: str) -> str:
        """Return the definition with this image and label, made from the live one."""
        ...

    def begin(self, service: str, definition: str) -> None:
        """Have the service run `definition`; whoever runs it already goes on doing so."""
        ...

    def proceed(self, rollout: str, hook: str) -> None:
        """Answer the question `hook`: go on.

        Raises:
            NotNow: If nobody asks it any more.
        """
        ...

    def turn_back(self, rollout: str) -> None:
        """Bring the traffic back to what ran before.

        Raises:
            NotNow: If it has ended, or turns back already.
        """
        ...

    def run(self, service: str, definition: str, command: Sequence[str], key: str) -> str:
        """Start a task beside the service, on its network, and return its name.

        Args:
            key: The same one starts no second task.
        """
        ...

    def ran(self, task: str) -> Once:
        """Return how a task that `run` started is."""
        ...
