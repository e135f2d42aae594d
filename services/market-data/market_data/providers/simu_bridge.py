"""Laws of the Brownian bridge: where the middle lies, and how high each half goes.

Lows are highs upside down.
"""

from math import erfc, exp, log, sqrt
from statistics import NormalDist

_CANDIDATES = 8  # prices weighed at a cut; more come closer to the exact law, and cost more
_ABOVE_ZERO, _BELOW_ONE = 2.0**-53, 1.0 - 2.0**-53

inverse = NormalDist().inv_cdf


def chance_of(deviate: float) -> float:
    """How likely a normal number is to lie below; `inverse` backwards, and as it inside (0, 1)."""
    return min(max(_normal_cdf(deviate), _ABOVE_ZERO), _BELOW_ONE)


def mid_price(
    a: float,
    b: float,
    high: float,
    low: float,
    var_l: float,
    var_r: float,
    offset: float,
    choice: float,
) -> float:
    """The log price at the cut: a bridge's middle, given the high and low that are to be reached.

    Sampling-importance-resampling: candidates spread over the normal law between low and high, and
    one taken in proportion to how likely it makes these extremes. Without this step ranges come out
    half as wide again as they should.

    Args:
        a, b, high, low: The bridge's ends and extremes, logarithms of prices.
        var_l, var_r: Variances before and after the cut.
        offset, choice: Uniform random numbers in (0, 1).
    """
    variance = var_l + var_r
    mean = a + (b - a) * var_l / variance
    deviation = sqrt(var_l * var_r / variance)
    floor = _normal_cdf((low - mean) / deviation)
    room = _normal_cdf((high - mean) / deviation) - floor
    two_l, two_r = 2.0 / var_l, 2.0 / var_r
    above_a, above_b, below_a, below_b = high - a, high - b, a - low, b - low
    candidates, weights, total = [], [], 0.0
    for step in range(_CANDIDATES):
        point = floor + room * (step + offset) / _CANDIDATES
        x = min(max(mean + deviation * inverse(min(point, _BELOW_ONE)), low), high)
        above, below = high - x, x - low
        not_l, not_r = exp(-two_l * above_a * above), exp(-two_r * above * above_b)
        top = two_l * (above_a + above) * not_l * (1.0 - not_r)
        top += two_r * (above + above_b) * not_r * (1.0 - not_l)
        not_l, not_r = exp(-two_l * below_a * below), exp(-two_r * below * below_b)
        bottom = two_l * (below_a + below) * not_l * (1.0 - not_r)
        bottom += two_r * (below + below_b) * not_r * (1.0 - not_l)
        total += top * bottom
        candidates.append(x)
        weights.append(total)
    wanted = choice * total
    for x, weight in zip(candidates, weights, strict=True):
        if weight >= wanted and weight > 0.0:
            return x
    return candidates[_CANDIDATES // 2]


def shared_tops(
    a: float, x: float, b: float, high: float, var_l: float, var_r: float, who: float, how: float
) -> tuple[float, float]:
    """Highs of the two halves a..x and x..b: one reaches `high`, the other stays below it.

    Args:
        who, how: Uniform random numbers in (0, 1).
    """
    not_l = exp(-2.0 * (high - a) * (high - x) / var_l)
    not_r = exp(-2.0 * (high - x) * (high - b) / var_r)
    by_left = (2.0 * high - a - x) / var_l * not_l * (1.0 - not_r)
    by_right = (2.0 * high - x - b) / var_r * not_r * (1.0 - not_l)
    if who * (by_left + by_right) <= by_left:
        return high, _top_below(x, b, high, var_r, how * (1.0 - not_r))
    return _top_below(a, x, high, var_l, how * (1.0 - not_l)), high


def top(a: float, b: float, variance: float, chance: float) -> float:
    """The high of a Brownian bridge from `a` to `b` that is not passed with this chance."""
    return (a + b + sqrt((b - a) ** 2 - 2.0 * variance * log(1.0 - chance))) / 2.0


def _top_below(a: float, b: float, high: float, variance: float, chance: float) -> float:
    return min(max(top(a, b, variance, chance), a, b), high)


def _normal_cdf(z: float) -> float:
    return 0.5 * erfc(z * -0.7071067811865476)
