"""A share of all chats: always the same ones, and those of a smaller share are among them."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b

_BUCKETS = 10_000  # a hundredth of a percent each


@dataclass(frozen=True, slots=True)
class Rollout:
    """Build it with `rollout`.

    Attributes:
        buckets: How many of 10,000 are in.
        allow: Chats that are in whatever the share.
        deny: Chats that are not, whatever else holds.
    """

    buckets: int
    allow: frozenset[int] = frozenset()
    deny: frozenset[int] = frozenset()

    @property
    def percent(self) -> Decimal:
        return Decimal(self.buckets) / 100


def rollout(
    percent: int | str | Decimal, allow: Collection[int] = (), deny: Collection[int] = ()
) -> Rollout:
    """Return a share of all chats, with exceptions.

    >>> rollout("12.5", allow=[7]).buckets
    1250

    Args:
        percent: 0 to 100, to the hundredth.

    Raises:
        ValueError: If it is not; says so in a sentence.
    """
    buckets = Decimal(percent) * 100 if _is_number(percent) else Decimal(-1)
    if not 0 <= buckets <= _BUCKETS or buckets != buckets.to_integral_value():
        raise ValueError(f"{percent} is no share: use 0 to 100 percent, to the hundredth.")
    return Rollout(int(buckets), frozenset(allow), frozenset(deny))


def bucket(flag: str, chat: int) -> int:
    """Return the chat's place among 10,000; flags shuffle chats independently.

    >>> bucket("charts", 12345)
    8520
    """
    digest = blake2b(f"{flag}:{chat}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % _BUCKETS


def _is_number(percent: int | str | Decimal) -> bool:
    try:
        return Decimal(percent).is_finite()
    except ArithmeticError:
        return False
