"""Who of several tasks polls and does what comes round regularly."""

import asyncio
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(slots=True)
class Turn:
    """Our time with the lease.

    Attributes:
        epoch: Rises with every turn of any task; later writes of an earlier turn are refused.
        over: Set when it is time to finish.
        lost: Whether another may hold the lease already.
    """

    epoch: int
    over: asyncio.Event = field(default_factory=asyncio.Event)
    lost: bool = False


class Lease(Protocol):
    """Of all tasks one polls and does what comes round regularly."""

    @property
    def seconds(self) -> float:
        """How long it lasts beyond the last `renew`."""
        ...

    async def take(self) -> int | None:
        """Return the epoch of our turn, or None while it is another's."""
        ...

    async def renew(self, epoch: int) -> bool:
        """Hold on; False when another holds it."""
        ...

    async def wanted(self, epoch: int) -> bool:
        """Say whether our turn is to end: it is lost, or somebody is to take over."""
        ...

    async def release(self, epoch: int) -> None:
        """Let the next one take it at once: the heir, or whoever asks."""
        ...
