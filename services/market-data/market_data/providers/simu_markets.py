"""The eleven markets of SIMU: 2 to 10 decimals, from a currency to a memecoin."""

from dataclasses import dataclass
from decimal import Decimal

from common.market import Symbol


@dataclass(frozen=True, slots=True)
class SimuMarket:
    """What a simulated market is like.

    Attributes:
        usual_price: What it always comes back to, in the quote asset.
        volatility: A year's standard deviation of the log price.
        price_step, lot_step: Smallest steps of price and amount.
        volume: Usual amount traded a day, in the base asset.
        correlation: Of the normal numbers behind its splits with those of the whole market, 0 to
            1. Hourly moves correlate less: 0.985 makes about 0.65, and 0.88 0.47.
    """

    symbol: Symbol
    usual_price: Decimal
    volatility: float
    price_step: Decimal
    lot_step: Decimal
    volume: Decimal
    correlation: float

    @property
    def lots_a_day(self) -> int:
        return int(self.volume / self.lot_step)


def simu_market(
    base: str, price: str, volatility: float, step: str, lot: str, volume: str, correlation: float
) -> SimuMarket:
    """Write a market as one line: numbers as text, because they are exact."""
    return SimuMarket(
        symbol=Symbol(base, "USD"),
        usual_price=Decimal(price),
        volatility=volatility,
        price_step=Decimal(step),
        lot_step=Decimal(lot),
        volume=Decimal(volume),
        correlation=correlation,
    )


MARKETS = {
    market.symbol: market
    for market in (
        simu_market("BTC", "95000", 0.55, "0.01", "0.00000001", "12000", 1.0),
        simu_market("ETH", "3200", 0.70, "0.01", "0.00000001", "180000", 0.985),
        simu_market("SOL", "180", 0.95, "0.01", "0.00000001", "1500000", 0.98),
        simu_market("XRP", "2.1", 0.85, "0.0001", "0.000001", "95000000", 0.92),
        simu_market("ADA", "0.85", 0.90, "0.0001", "0.000001", "60000000", 0.95),
        simu_market("DOGE", "0.21", 1.00, "0.00001", "0.1", "450000000", 0.93),
        simu_market("LTC", "105", 0.75, "0.01", "0.00000001", "350000", 0.96),
        simu_market("SHIB", "0.0000142", 1.10, "0.00000001", "1", "1500000000000", 0.90),
        simu_market("PEPE", "0.0000123", 1.30, "0.0000000001", "1", "4000000000000", 0.88),
        simu_market("USDT", "1", 0.004, "0.00001", "0.01", "150000000", 0.0),
        simu_market("EUR", "1.08", 0.08, "0.00001", "0.01", "90000000", 0.0),
    )
}
