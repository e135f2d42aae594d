"""When a call that failed is worth another attempt, and after how long."""

from collections.abc import Callable

from common.errors import Unavailable

ATTEMPTS = 3
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 2.0
# What `Unavailable` says by itself. A longer time was named by the upstream, and is kept.
UNTOLD_SECONDS = 5.0


class Refused(Unavailable):
    """The upstream understood, and will say the same again: asking once more makes no sense."""


class OneMarket(Unavailable):
    """The upstream answered, but has nothing of use about the one market that was asked for.

    Attributes:
        again: Whether asking once more in a moment makes sense.
    """

    def __init__(self, message: str, *, again: bool = True) -> None:
        super().__init__(message)
        self.again = again


def worth_another(error: Unavailable) -> bool:
    """Whether the same question may be answered in a moment.

    >>> worth_another(Unavailable("gone")), worth_another(Refused("bourse answered 400."))
    (True, False)
    """
    if isinstance(error, Refused) or (isinstance(error, OneMarket) and not error.again):
        return False
    return named_wait(error) is None


def named_wait(error: Unavailable) -> float | None:
    """Seconds for which the upstream asked to be left alone; None if it named none to speak of.

    >>> named_wait(Unavailable("gone")), named_wait(Unavailable("banned", retry_after=3_600.0))
    (None, 3600.0)
    """
    return error.retry_after if error.retry_after > UNTOLD_SECONDS else None


def pause(attempt: int, error: Unavailable, random: Callable[[], float]) -> float:
    """Return seconds before the next attempt: full jitter, and never less than was asked for.

    Args:
        attempt: 0 after the first.
        random: A number from 0 to 1, so that askers who failed together do not return together.

    >>> pause(1, Unavailable("gone"), lambda: 0.5), pause(0, Unavailable("429", 1.0), lambda: 0.5)
    (0.2, 1.0)
    """
    jittered = random() * min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**attempt)
    return max(jittered, error.retry_after if error.retry_after < UNTOLD_SECONDS else 0.0)
