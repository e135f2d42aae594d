"""The tree that SIMU's prices hang on: any bar of any length in a few microseconds a level.

Time is cut in blocks of 256 days, and a node in two again and again until the length asked for. A
node knows its open, close, high, low, variance and volume; a split shares them out so that the
children add up to their parent exactly. Every random number is a keyed hash of the node's place, so
there is no state, no horizon and no order: the same seed gives the same bar in every process.

Log prices follow a Brownian bridge in a trading time that is itself a multiplicative cascade: one
parameter gives fat tails and calm and busy spells on every scale, as real markets have them.
"""

from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from math import exp, log, sqrt
from struct import pack, unpack
from typing import NamedTuple

from market_data.providers.simu_bridge import chance_of, inverse, mid_price, shared_tops, top
from market_data.providers.simu_markets import SimuMarket
from market_data.providers.simu_week import activity

DAY = 86_400
BLOCK = 256 * DAY
YEAR = 365.25 * DAY

# Seconds of a node to seconds of its left child: each native timeframe is a node on its own grid.
_DAYS = {days * DAY: days * DAY // 2 for days in (256, 128, 64, 32, 16, 8, 4, 2, 1)}
_HOURS = {43_200: 14_400, 28_800: 14_400, 14_400: 7_200, 7_200: 3_600, 3_600: 1_800}
_MINUTES = {1_800: 900, 900: 300, 600: 300, 300: 120, 180: 60, 120: 60, 60: 30}
_SECONDS = {30: 15, 15: 5, 10: 5, 5: 2, 3: 1, 2: 1}
LEFT = _DAYS | _HOURS | _MINUTES | _SECONDS

_CASCADE = 0.75  # unevenness of the variance at a split
_BUSY_BLOCK = 0.35  # unevenness of the variance between blocks
_LEVEL = 0.25  # how far levels stray from the usual price between blocks, in a year's volatility
_VOLUME_FOLLOWS, _VOLUME_NOISE = 0.75, 0.35  # how closely volume follows variance
_VOLUME_BITS = 20  # shares of volume are cut so coarsely that no libm's last bit shows

# Nodes have sizes above 0; numbers for other purposes are hashed under sizes that no node has.
_LEVEL_SALT, _ROOT_SALT, SPREAD_SALT = -1, -2, -3


class Node(NamedTuple):
    """One bar in log prices.

    Attributes:
        start, size: Epoch seconds, seconds.
        open, close, high, low: Natural logarithms of prices.
        variance: Of the log price over the node.
        lots: Traded amount in the market's smallest steps.
    """

    start: int
    size: int
    open: float
    close: float
    high: float
    low: float
    variance: float
    lots: int


class Tree:
    """All bars of one market under one seed."""

    def __init__(self, market: SimuMarket, seed: str) -> None:
        self._market = market
        self._own = _key(seed, str(market.symbol))
        self._shared = _key(seed, "the market as a whole")
        self._rest = sqrt(1.0 - market.correlation**2)
        self._block = lru_cache(maxsize=4)(self._make_block)
        self._day = lru_cache(maxsize=16)(self._find_day)

    def bars(self, size: int, start: int, end: int) -> Iterator[Node]:
        """Yield the nodes of `size` seconds, oldest first, that cover [start, end).

        Args:
            size: A native timeframe's seconds, or 30, 15, 5 or 1.
        """
        first, last = start // DAY, (end - 1) // DAY
        if size <= DAY and first == last:
            yield from _cover(self, self._day(first), size, start, end)
            return
        for block in range(start // BLOCK, (end - 1) // BLOCK + 1):
            yield from _cover(self, self._block(block), size, start, end)

    def until(self, node: Node, end: int) -> Node:
        """Return what `node` holds before the second `end`, which lies after its start."""
        if node.start + node.size <= end:
            return node
        parts = list(self._before(node, end))
        return node._replace(
            close=parts[-1].close,
            high=max(part.high for part in parts),
            low=min(part.low for part in parts),
            lots=sum(part.lots for part in parts),
        )

    def _before(self, node: Node, end: int) -> Iterator[Node]:
        """The fewest nodes, oldest first, that make up `node` before `end`."""
        waiting = [node]
        while waiting:
            node = waiting.pop()
            if node.start + node.size <= end:
                yield node
            elif node.start < end:
                waiting.extend(reversed(self.split(node)))

    def uniform(self, salt: int, start: int) -> float:
        """A random number in (0, 1) for a purpose (`salt`, below 0) at a second."""
        return _uniforms(self._own, salt, start)[0]

    def split(self, node: Node) -> tuple[Node, Node]:
        """Cut a node in two that add up to it."""
        start, size, a, b, high, low, variance, lots = node
        left = LEFT[size]
        middle, end = start + left, start + size
        chance = self._chances(size, start)

        early, late = activity(start, middle), activity(middle, end)
        share = early / (early + late * exp(_CASCADE * inverse(chance[1])))
        var_l = variance * share
        var_r = variance - var_l

        x = mid_price(a, b, high, low, var_l, var_r, chance[0], chance[2])
        high_l, high_r = shared_tops(a, x, b, high, var_l, var_r, chance[3], chance[4])
        low_l, low_r = shared_tops(-a, -x, -b, -low, var_l, var_r, chance[5], chance[6])

        calm = ((1.0 - share) / share) ** _VOLUME_FOLLOWS
        part = 1.0 / (1.0 + calm * exp(_VOLUME_NOISE * inverse(chance[7])))
        lots_l = lots * round(part * (1 << _VOLUME_BITS)) >> _VOLUME_BITS
        return (
            Node(start, left, a, x, high_l, -low_l, var_l, lots_l),
            Node(middle, size - left, x, b, high_r, -low_r, var_r, lots - lots_l),
        )

    def _chances(self, size: int, start: int) -> tuple[float, ...]:
        """Eight random numbers in (0, 1) for a node, each leaning on that of the whole market.

        A Gaussian copula: their normal deviates are correlated, so that two markets rise and fall
        together as much as `correlation` says, and never move alike for a stretch.
        """
        lean = self._market.correlation
        if lean >= 1.0:
            return _uniforms(self._shared, size, start)
        own = _uniforms(self._own, size, start)
        if lean <= 0.0:
            return own
        shared, rest = _uniforms(self._shared, size, start), self._rest
        return tuple(
            [chance_of(lean * inverse(v) + rest * inverse(u)) for u, v in zip(own, shared)]
        )

    def _find_day(self, day: int) -> Node:
        return next(_cover(self, self._block(day * DAY // BLOCK), DAY, day * DAY, (day + 1) * DAY))

    def _make_block(self, number: int) -> Node:
        """A root: its ends lie near the market's usual price, so levels stay plausible for ever."""
        chance = self._chances(_ROOT_SALT, number)
        usual = self._market.volatility**2 * BLOCK / YEAR
        variance = usual * exp(_BUSY_BLOCK * inverse(chance[1]))
        a, b = self._level(number), self._level(number + 1)
        high = top(a, b, variance, chance[3])
        low = -top(-a, -b, variance, chance[5])
        lots = self._market.lots_a_day * BLOCK // DAY
        return Node(number * BLOCK, BLOCK, a, b, high, low, variance, lots)

    def _level(self, number: int) -> float:
        """The log price where a block opens."""
        wild = inverse(self._chances(_LEVEL_SALT, number)[1])
        return log(float(self._market.usual_price)) + _LEVEL * self._market.volatility * wild


def _cover(tree: Tree, root: Node, size: int, start: int, end: int) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.start >= end or node.start + node.size <= start:
            continue
        if node.size == size:
            yield node
        else:
            waiting.extend(reversed(tree.split(node)))


def _key(seed: str, name: str) -> bytes:
    return blake2b(f"SIMU:{seed}:{name}".encode(), digest_size=32).digest()


def _uniforms(key: bytes, size: int, start: int) -> tuple[float, ...]:
    """Eight numbers in (0, 1) that belong to a node."""
    digest = blake2b(pack("<qq", size, start), key=key, digest_size=64).digest()
    return tuple([((word >> 12) + 0.5) * 2.0**-52 for word in unpack("<8Q", digest)])
