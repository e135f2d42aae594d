"""What an event holds, read without trust: it can never be taken back, so it must stop nothing."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

SKEW = timedelta(minutes=5)  # so far may a writer's clock be ahead of ours


def words(found: Any) -> Mapping[str, Any]:
    """Return a mapping; what is none is empty.

    >>> words({"a": 1}), words(None)
    ({'a': 1}, {})
    """
    return found if isinstance(found, dict) else {}


def rows(found: Any) -> list[Mapping[str, Any]]:
    """Return the mappings of a list; what is none is left out.

    >>> rows([{"a": 1}, 7]), rows("x")
    ([{'a': 1}], [])
    """
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def count(found: Any) -> int:
    """Return a whole number from 0; what is none is 0.

    >>> count(7), count("7"), count(-1), count(True)
    (7, 0, 0, 0)
    """
    return found if type(found) is int and found >= 0 else 0
