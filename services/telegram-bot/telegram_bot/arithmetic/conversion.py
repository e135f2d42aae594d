"""From one asset into another: by a market of both, else over an asset that both are priced in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from telegram_bot.arithmetic.exact import product, quotient

# In the order in which they are tried. They are different assets: an answer names the way it took.
HUBS = ("USD", "USDT", "USDC", "EUR", "BTC")


@dataclass(frozen=True, slots=True)
class Leg:
    """One step: over a market, forwards by multiplying with its price, backwards by dividing.

    Attributes:
        market: `BASE-QUOTE`.
        sells: True from the base to the quote asset.
    """

    have: str
    want: str
    sells: bool

    @property
    def market(self) -> str:
        return f"{self.have}-{self.want}" if self.sells else f"{self.want}-{self.have}"


Way = tuple[Leg, ...]


def ways(have: str, want: str) -> Iterator[Way]:
    """Yield every way from one asset to the other, the most direct one first."""
    yield from ((leg,) for leg in _legs(have, want))
    for hub in HUBS:
        if hub not in (have, want):
            for first in _legs(have, hub):
                for second in _legs(hub, want):
                    yield first, second


def markets(have: str, want: str) -> list[str]:
    """Return the markets that any way goes over, each once."""
    return list(dict.fromkeys(leg.market for way in ways(have, want) for leg in way))


def way_over(have: str, want: str, prices: Mapping[str, Decimal]) -> Way | None:
    """Return the first way all of whose markets have a price; None where there is none."""
    for way in ways(have, want):
        if all(prices.get(leg.market) for leg in way):
            return way
    return None


def converted(amount: Decimal, way: Way, prices: Mapping[str, Decimal]) -> Decimal:
    """Return what `amount` comes to at the end of the way, without fees.

    >>> converted(Decimal("0.5"), (Leg("BTC", "EUR", True),), {"BTC-EUR": Decimal("61000")})
    Decimal('30500.0')
    """
    for leg in way:
        price = prices[leg.market]
        amount = product(amount, price) if leg.sells else quotient(amount, price)
    return amount


def _legs(have: str, want: str) -> tuple[Leg, Leg]:
    return Leg(have, want, True), Leg(have, want, False)
