"""Answers kept for a while, bounded in number."""

from datetime import UTC, datetime

from common.clock import FrozenClock
from market_data.resilience.cache import Cache


def test_a_value_is_kept_with_its_age() -> None:
    clock = FrozenClock(datetime(2024, 1, 1, tzinfo=UTC))
    cache = Cache[str](clock)
    cache.put("BTC", "old")
    clock.advance(2)
    cache.put("BTC", "new")
    clock.advance(3)

    kept = cache.get("BTC")

    assert kept is not None and (kept.value, kept.age) == ("new", 3)
    assert cache.get("ETH") is None


def test_the_longest_unused_value_makes_room() -> None:
    cache = Cache[int](FrozenClock(datetime(2024, 1, 1, tzinfo=UTC)), most=2)
    cache.put("a", 1)
    cache.put("b", 2)
    cache.get("a")
    cache.put("c", 3)

    assert cache.get("b") is None
    assert [kept.value for key in "ac" if (kept := cache.get(key))] == [1, 3]
