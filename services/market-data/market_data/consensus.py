"""What several exchanges together say a market trades at. Pure; all of them in one quote asset.

Three fresh sources or more: their median, without those far from it. Two: their mean, if they
agree. One: its price. USD, USDT and USDC are different assets: whoever calls this mixes none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median, median_high, median_low
from typing import Literal

FRESH_SECONDS = 10.0
TOLERANCE = Decimal("0.005")
_HALF_SPREADS = 3
_ONE_BPS = Decimal("0.0001")
_SHOWN = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Source:
    """What one exchange says.

    Attributes:
        price: The last trade, in the quote asset.
        age: Seconds since the exchange says it was true, or since we heard it: the longer one.
        bid, ask: The exchange's best offers at that time, where it tells them.
    """

    name: str
    price: Decimal
    age: float
    bid: Decimal | None = None
    ask: Decimal | None = None

    @property
    def half_spread(self) -> Decimal:
        """As a share of the middle; 0 where bid and ask are not known or crossed."""
        if self.bid is None or self.ask is None or self.ask <= self.bid:
            return Decimal(0)
        return (self.ask - self.bid) / (self.ask + self.bid)

    @property
    def sound(self) -> bool:
        """Whether the last trade is where the exchange's own offers are."""
        if self.bid is None or self.ask is None or self.ask < self.bid:
            return True
        reach = self.price * _reach([self])
        return self.bid - reach <= self.price <= self.ask + reach


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to believe.

    Attributes:
        price: In the quote asset, as exact as the sources.
        used: Sources that the price stands on, the preferred one first.
        middle: Those of them whose price it is, or whose two prices it lies between.
        disputed: Sources, the preferred one first, none of which the others confirm.
    """

    price: Decimal
    quality: Literal["consensus", "single", "disputed"]
    used: Sequence[Source]
    middle: Sequence[Source]
    disputed: Sequence[Source] = ()


def agree(sources: Sequence[Source]) -> Verdict:
    """Judge what sources say.

    Args:
        sources: At least one, the preferred one first.

    >>> agree([Source("a", Decimal(100), 0.1), Source("b", Decimal(130), 0.1),
    ...        Source("c", Decimal("100.2"), 0.1)]).price
    Decimal('100.1')
    """
    fresh = [source for source in sources if source.age <= FRESH_SECONDS]
    if not fresh:
        youngest = min(sources, key=lambda source: source.age)
        return Verdict(youngest.price, "single", [youngest], [youngest])
    fresh = [source for source in fresh if source.sound] or fresh
    if len(fresh) == 1:
        return Verdict(fresh[0].price, "single", fresh, fresh)
    centre = median(source.price for source in fresh)
    # Two lie equally far from their middle, half as far as from each other.
    reach = _reach(fresh) if len(fresh) > 2 else _reach(fresh) / 2
    near = [source for source in fresh if abs(source.price - centre) <= reach * centre]
    if 2 * len(near) > len(fresh):
        return Verdict(median(source.price for source in near), "consensus", near, _middle(near))
    return Verdict(fresh[0].price, "disputed", fresh[:1], fresh[:1], fresh)


def deviation_bps(price: Decimal, of: Decimal) -> Decimal:
    """How far `price` lies from `of`, signed, in hundredths of a percent.

    >>> deviation_bps(Decimal("100.2"), Decimal(100))
    Decimal('20.0')
    """
    return ((price - of) / of / _ONE_BPS).quantize(_SHOWN)


def _middle(sources: Sequence[Source]) -> list[Source]:
    """The one or two sources of the median; of those with the same price the youngest."""
    prices = [source.price for source in sources]
    return [
        min((one for one in sources if one.price == price), key=lambda one: one.age)
        for price in {median_low(prices), median_high(prices)}
    ]


def _reach(sources: Sequence[Source]) -> Decimal:
    """How far from the middle a source may lie, as a share: more where spreads are wide."""
    return max(TOLERANCE, _HALF_SPREADS * median(source.half_spread for source in sources))
