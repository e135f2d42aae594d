"""What a trade costs: fees, slippage, and the steps in which a market trades."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from telegram_bot.arithmetic.exact import product, total

_PERCENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Terms:
    """How orders are filled.

    Attributes:
        fee_pct: Of the value of each side, in percent, 0 or more.
        slippage_pct: How much worse than the price a fill is, in percent, 0 or more.
        price_step, lot_step: Prices and amounts are multiples of them.
    """

    fee_pct: Decimal
    slippage_pct: Decimal
    price_step: Decimal
    lot_step: Decimal

    def bought_at(self, price: Decimal) -> Decimal:
        """Return what a buyer pays for one unit: more than the price, on the next tick.

        >>> terms = Terms(Decimal("0.4"), Decimal("0.05"), Decimal("0.01"), Decimal("0.001"))
        >>> terms.bought_at(Decimal("100")), terms.sold_at(Decimal("100.01"))
        (Decimal('100.05'), Decimal('99.95'))
        """
        worse = product(price, total((Decimal(1), product(self.slippage_pct, _PERCENT))))
        return self._on_tick(worse, ROUND_CEILING)

    def sold_at(self, price: Decimal) -> Decimal:
        """Return what a seller gets for one unit; a tick at least, which is no price of 0."""
        worse = product(price, total((Decimal(1), product(-self.slippage_pct, _PERCENT))))
        return max(self._on_tick(worse, ROUND_FLOOR), self.price_step)

    def fee(self, value: Decimal) -> Decimal:
        """Return the fee of one side, in the quote asset, exactly."""
        return product(value, self.fee_pct, _PERCENT)

    def _on_tick(self, price: Decimal, rounding: str) -> Decimal:
        return (price / self.price_step).quantize(Decimal(1), rounding) * self.price_step
