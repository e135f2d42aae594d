"""Did you mean: names that come close to what somebody typed."""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar

Size = TypeVar("Size", Decimal, tuple[Decimal, int, bool])


def distance(left: str, right: str) -> int:
    """Count insertions, deletions, substitutions and swaps of neighbours (string alignment).

    >>> distance("BTX", "BTC"), distance("EHT", "ETH"), distance("SOL", "SOL")
    (1, 1, 0)
    """
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        oldest, before = before, row
        row = [i]
        for j, b in enumerate(right, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, oldest[j - 2] + 1)
            row.append(cost)
    return row[-1]


def suggestions(word: str, sizes: Mapping[str, Size], most: int = 3) -> list[str]:
    """Return the listed names nearest to `word`: by distance, then by size, then by name.

    Args:
        word: In capitals.
        sizes: By listed name, a volume or more; the larger one is meant more often.
        most: Length of the answer.
    """
    reach = 1 if len(word) <= 4 else 2
    letters = _letters(word)
    near = [
        (gap, size, name)
        for name, size in sizes.items()
        if (letters ^ _letters(name)).bit_count() <= 2 * reach  # a slip changes two at most
        and abs(len(name) - len(word)) <= reach
        and (gap := distance(word, name)) <= reach
    ]
    near.sort(key=lambda one: one[2])
    near.sort(key=lambda one: one[1], reverse=True)
    near.sort(key=lambda one: one[0])
    return [name for _, _, name in near[:most]]


@lru_cache(maxsize=20_000)
def _letters(word: str) -> int:
    """Which letters a word has, as bits: comparing these is far cheaper than comparing words."""
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) % 64)
    return bits
