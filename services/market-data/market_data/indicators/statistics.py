"""Distributions: where the prices and the returns of a market lie, and how they spread.

Minimum, quartiles and maximum of prices are exact; all else has 12 significant digits.
"""

from collections.abc import Sequence
from decimal import Decimal

from common.wire import Distribution
from market_data.indicators.digits import written, written_from
from market_data.indicators.offsets import offsets
from market_data.indicators.statistics_moments import Moments, moments
from market_data.indicators.statistics_quartiles import five_numbers
from market_data.indicators.steps import SHORT


def of_prices(closes: Sequence[Decimal]) -> Distribution:
    """Describe 2 or more prices, in their unit."""
    found = moments(offsets(closes, closes[0]))
    return _distribution(five_numbers(closes), written_from(closes[0], found.mean), found)


def of_returns(returns: Sequence[float]) -> Distribution:
    """Describe 2 or more log returns, in percent: 100 times each."""
    percents = [100 * one for one in returns]
    found = moments(percents)
    numbers = five_numbers([written(one) for one in percents])
    return _distribution([SHORT.plus(one) for one in numbers], written(found.mean), found)


def _distribution(numbers: Sequence[Decimal], mean: Decimal, found: Moments) -> Distribution:
    minimum, lower_quartile, median, upper_quartile, maximum = numbers
    return Distribution(
        mean=mean,
        sd=written(found.sd),
        minimum=minimum,
        lower_quartile=lower_quartile,
        median=median,
        upper_quartile=upper_quartile,
        maximum=maximum,
        skewness=None if found.skewness is None else written(found.skewness),
        kurtosis=None if found.kurtosis is None else written(found.kurtosis),
    )
