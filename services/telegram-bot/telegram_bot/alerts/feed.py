"""What the alerts ask of market data."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from common import wire
from common.market import Timeframe


@dataclass(frozen=True, slots=True)
class Bar:
    """A closed candle; times are UTC seconds, prices in the quote asset.

    Attributes:
        open: None: not known.
        source: The exchange that it is of.
    """

    begins: float
    at: float
    low: Decimal
    high: Decimal
    close: Decimal
    simulated: bool = False
    open: Decimal | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """Indicators at the close of a candle; None where the history is too short.

    Attributes:
        at: When the candle closed, UTC seconds.
        close: In the quote asset.
        breakout: Close less the close before, in ATR of the candle before.
        atr_share: ATR in percent of the close.
        regime: ATR against the mean of its last 50 values, this one included.
        flip: 1 where Supertrend turned up at this close, -1 where it turned down, else 0.
        simulated: Whether no market stands behind it.
    """

    at: float
    close: Decimal
    breakout: Decimal | None
    atr_share: Decimal | None
    regime: Decimal | None
    flip: int
    simulated: bool = False


class Feed(Protocol):
    """Prices as they come, and candles for what was missed."""

    def follow(
        self, symbols: Callable[[], Sequence[str]]
    ) -> AsyncIterator[wire.TickerReply | wire.CandlesReply]:
        """Yield tickers, and minutes that have just closed, for ever; whatever fails is retried.

        Args:
            symbols: Asked again and again: what it returns may change.
        """
        ...

    async def bars(self, symbol: str, start: float, end: float) -> Sequence[Bar]:
        """Return the candles that closed after `start` and up to `end`, oldest first.

        Minutes, or longer ones where there would be more than a thousand.

        Raises:
            Unavailable: If nobody answers, or what is answered cannot be trusted.
            BadInput: If the market is not known any more.
        """
        ...

    async def readings(self, symbol: str, span: Timeframe, last: int) -> Sequence[Reading]:
        """Return the indicators at the last closed candles, oldest first.

        Raises:
            Unavailable, BadInput: As above.
        """
        ...
