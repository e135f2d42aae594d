"""Binance.US: Binance's dialect at another company, for addresses in the USA.

Its limits are a fifth of Binance's.
"""

from dataclasses import replace

from market_data.providers import Surroundings
from market_data.providers.binance import Binance


class BinanceUS(Binance):
    """Binance.US over HTTP."""

    name = "binanceus"
    url = "https://api.binance.us"
    # Of 1200 a minute we use 800, and never more than 1000 in any minute.
    manners = replace(Binance.manners, name="binanceus", rate=800 / 60, burst=200, a_minute=800)
    only_traded = {}


def create(surroundings: Surroundings) -> BinanceUS:
    return BinanceUS(surroundings.clock, surroundings.urls.get("binanceus"))


PROVIDER = create
