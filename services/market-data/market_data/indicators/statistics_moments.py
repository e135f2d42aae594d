"""Mean, spread and shape of a sample: its first four moments.

* Mean: the sum over n.
* Standard deviation: of the sample, over n - 1.
* Skewness: m3 / m2^1.5, and kurtosis: m4 / m2^2 - 3 (a normal distribution has 0), with the central
  moments m over n. These are SciPy's defaults.

Floats, summed without rounding on the way: within 1e-12 of the exact values.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, sqrt

_ROUNDING = 1e-13  # differences below this share of the mean are what floats leave of equal numbers


@dataclass(frozen=True, slots=True)
class Moments:
    """The shape of a sample; skewness and kurtosis are None where nothing differs."""

    mean: float
    sd: float
    skewness: float | None
    kurtosis: float | None


def moments(values: Sequence[float]) -> Moments:
    """Return the moments of 2 or more numbers; the standard deviation of equal ones is exactly 0.

    Raises:
        ValueError: For fewer than 2 numbers.
    """
    count = len(values)
    if count < 2:
        raise ValueError(f"a standard deviation needs 2 numbers, not {count}")
    mean = fsum(values) / count
    scale, units = deviations(values)
    if not units:
        return Moments(mean, 0.0, None, None)
    second, third, fourth = (fsum(unit**power for unit in units) / count for power in (2, 3, 4))
    return Moments(
        mean=mean,
        sd=scale * sqrt(second * count / (count - 1)),
        skewness=third / second**1.5,
        kurtosis=fourth / second**2 - 3,
    )


def deviations(values: Sequence[float]) -> tuple[float, list[float]]:
    """Return the largest distance from the mean, and every distance as a share of it, -1 to 1.

    The shares can be raised to any power without overflow. There are none where all numbers are
    equal but for rounding; the distance is then 0.
    """
    mean = fsum(values) / len(values)
    apart = [value - mean for value in values]
    widest = max(map(abs, apart))
    if widest <= _ROUNDING * abs(mean):
        return 0.0, []
    return widest, [one / widest for one in apart]
