"""SIMU moves like a market: fat tails, busy and calm spells, ranges that fit the closes.

Bars from market data of real exchanges: BTC by the minute has kurtosis 26, correlation of absolute
moves 0.33 at one minute, and a range that fits its closes to within 10 %.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from math import log, sqrt
from statistics import correlation, fmean, pvariance

import pytest

from common.market import Symbol
from market_data.providers.simu_markets import MARKETS
from market_data.providers.simu_tree import Node, Tree

MONTH = int(datetime(2025, 3, 1, tzinfo=UTC).timestamp())
MINUTES = 45_000


def bars(base: str, size: int, count: int) -> list[Node]:
    return list(Tree(MARKETS[Symbol(base, "USD")], "1").bars(size, MONTH, MONTH + size * count))


def moves(nodes: Sequence[Node]) -> list[float]:
    return [node.close - node.open for node in nodes]


@pytest.fixture(scope="module")
def month() -> list[Node]:
    return bars("BTC", 60, MINUTES)


def test_large_moves_are_as_common_as_in_a_market(month: list[Node]) -> None:
    returns = moves(month)
    mean = fmean(returns)
    kurtosis = fmean([(move - mean) ** 4 for move in returns]) / pvariance(returns) ** 2

    assert 15 <= kurtosis <= 40


def test_busy_minutes_follow_busy_minutes_but_directions_do_not(month: list[Node]) -> None:
    returns = moves(month)
    sizes = [abs(move) for move in returns]

    assert 0.25 <= correlation(sizes[:-1], sizes[1:]) <= 0.40
    assert 0.08 <= correlation(sizes[:-100], sizes[100:])
    assert abs(correlation(returns[:-1], returns[1:])) < 0.07


def test_ranges_fit_the_closes(month: list[Node]) -> None:
    squares = fmean([(node.high - node.low) ** 2 for node in month])
    parkinson = sqrt(squares / (4 * log(2)))

    assert 0.95 <= parkinson / sqrt(fmean([move**2 for move in moves(month)])) <= 1.2


def test_volume_follows_the_moves_and_no_minute_is_empty(month: list[Node]) -> None:
    volumes = [log(node.lots) for node in month]

    assert 0.3 <= correlation(volumes, [abs(move) for move in moves(month)]) <= 0.6


def test_new_york_is_busier_than_the_small_hours(month: list[Node]) -> None:
    by_hour: dict[int, list[float]] = {hour: [] for hour in range(24)}
    for node in month:
        by_hour[node.start // 3_600 % 24].append(abs(node.close - node.open))

    assert fmean(by_hour[14]) > fmean(by_hour[4])


def test_a_year_is_as_wild_as_the_market_says() -> None:
    days = bars("BTC", 86_400, 3_000)
    yearly = sqrt(pvariance(moves(days)) * 365.25)

    assert 0.4 <= yearly <= 0.7


def test_markets_move_together_and_the_stable_coin_stays_put() -> None:
    bitcoin, ether, stable = (bars(base, 3_600, 1_500) for base in ("BTC", "ETH", "USDT"))

    assert 0.5 <= correlation(moves(bitcoin), moves(ether)) <= 0.95
    assert abs(correlation(moves(bitcoin), moves(stable))) < 0.1
    assert all(-0.01 < node.low <= node.high < 0.01 for node in stable)


def test_markets_that_move_together_never_move_alike() -> None:
    bitcoin, ether = (moves(bars(base, 86_400, 360)) for base in ("BTC", "ETH"))
    quarters = [correlation(bitcoin[at : at + 90], ether[at : at + 90]) for at in (0, 90, 180, 270)]

    assert max(quarters) < 0.99
    assert 0.6 <= correlation(bitcoin, ether) <= 0.95


def test_bars_join() -> None:
    assert all(before.close == after.open for before, after in pairwise(bars("SOL", 300, 500)))
