"""What a stack believes to run: a parameter a service, written after each deployment.

A template names the parameter, never a task definition. Without that every update of a stack would
put an old image back.
"""

from typing import Protocol


class Notes(Protocol):
    """Where it is written. All raise PlatformError."""

    def noted(self, name: str) -> str:
        """Return the task definition; empty where none was ever written."""
        ...

    def note(self, name: str, definition: str) -> None:
        """Write it, unless it stands there already."""
        ...
