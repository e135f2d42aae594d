"""The words of the market: Timeframe, Symbol, Candle and Ticker.

Values that make no sense cannot be built. Prices and amounts are exact `Decimal`s in the units that
the attribute names; times are aware and in UTC.
"""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum

from common.assets import ALIASES, NAMES, QUOTES, SPOKEN
from common.errors import BadInput, UnknownTimeframe

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_MONDAY = 4 * 86_400  # 1970-01-05: weeks open on Mondays, the epoch was a Thursday
_LONGEST_ASKED = 40  # characters of a person's word that an error repeats


class Timeframe(Enum):
    """Length of a candle. Candles open on multiples of it in UTC; weeks open on Monday."""

    M1 = "1m"
    M5 = "5m"
    M15 = "15m"
    M30 = "30m"
    H1 = "1h"
    H2 = "2h"
    H4 = "4h"
    H6 = "6h"
    H12 = "12h"
    D1 = "1d"
    W1 = "1w"

    @classmethod
    def parse(cls, text: str) -> "Timeframe":
        """Read `4h` or `4H`. `1M` is refused: on exchanges a capital M means a month.

        Raises:
            UnknownTimeframe: With the list of those that exist.

        >>> Timeframe.parse("4H")
        <Timeframe.H4: '4h'>
        """
        word = text.strip()
        try:
            return cls(word if word.endswith("M") else word.lower())
        except ValueError:
            known = [timeframe.value for timeframe in cls]
            raise UnknownTimeframe(text[:_LONGEST_ASKED], known) from None

    @property
    def seconds(self) -> int:
        unit = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}[self.value[-1]]
        return int(self.value[:-1]) * unit

    @property
    def length(self) -> timedelta:
        return timedelta(seconds=self.seconds)

    def opening(self, at: datetime) -> datetime:
        """Return when the candle that holds the instant `at` opened.

        >>> Timeframe.W1.opening(datetime(2026, 11, 21, tzinfo=UTC)).isoformat()
        '2026-11-16T00:00:00+00:00'
        """
        shift = _FIRST_MONDAY if self is Timeframe.W1 else 0
        elapsed = int((at - EPOCH) // timedelta(seconds=1)) - shift
        return EPOCH + timedelta(seconds=elapsed // self.seconds * self.seconds + shift)

    def divides(self, longer: "Timeframe") -> bool:
        """Say whether whole candles of this length make up one of `longer`."""
        return longer.seconds % self.seconds == 0


@dataclass(frozen=True, slots=True, order=True)
class Symbol:
    """A market: one asset priced in another, written `BASE-QUOTE` in code, API and database."""

    base: str
    quote: str

    def __post_init__(self) -> None:
        for asset in (self.base, self.quote):
            if not (asset.isascii() and asset.isalnum() and asset == asset.upper()):
                raise ValueError(f"{asset!r} is not an asset: capital letters and digits only")
            if not 1 <= len(asset) <= 15:
                raise ValueError(f"{asset!r} is not an asset: 1 to 15 characters")

    def __str__(self) -> str:
        return f"{self.base}-{self.quote}"

    @property
    def shown(self) -> str:
        """The form for people: `BTC/USD`."""
        return f"{self.base}/{self.quote}"

    @classmethod
    def parse(cls, text: str, quote: str = "USD") -> "Symbol":
        """Read btc, BTCUSDT, BTC/USDT, btc-usd, btc_usd, $btc, XBT or bitcoin.

        Args:
            text: What a person or an exchange wrote.
            quote: The quote asset where the text names none.

        Raises:
            BadInput: If it cannot be a market, with a hint.

        >>> str(Symbol.parse("$btc")), str(Symbol.parse("XBT/USDT")), str(Symbol.parse("ETHBTC"))
        ('BTC-USD', 'BTC-USDT', 'ETH-BTC')
        """
        base, named = split_market(text)
        return cls(base, named or quote)


def split_market(text: str) -> tuple[str, str | None]:
    """Split a market's name into its base and, where it names one, its quote asset.

    Raises:
        BadInput: For empty, overlong or impossible names; letters that only look Latin get a hint.
    """
    word = unicodedata.normalize("NFKC", text).strip().lstrip("$#").strip()
    shown = text.strip()[:_LONGEST_ASKED]
    if not word:
        raise BadInput("A market needs a name, for example BTC or ETH-USD.")
    if not word.isascii():
        raise BadInput(_foreign_letters(shown))
    parts = word.upper().replace("/", "-").replace("_", "-").split("-")
    if len(parts) > 2 or not all(part.isalnum() and len(part) <= 15 for part in parts):
        raise BadInput(f"{shown!r} is not a market's name. Write BTC, ETH-USD or SOL/USDT.")
    if len(parts) == 2:
        return ALIASES.get(parts[0], parts[0]), ALIASES.get(parts[1], parts[1])
    return _split_word(parts[0])


def _split_word(word: str) -> tuple[str, str | None]:
    """Take apart a word without a separator: a name, an asset, or BASEQUOTE."""
    if word in _BY_NAME:
        return _BY_NAME[word], None
    if word in NAMES or word in ALIASES:
        return ALIASES.get(word, word), None
    for quote in sorted(QUOTES, key=len, reverse=True):
        base = word.removesuffix(quote)
        if base != word and len(base) >= 2:
            return ALIASES.get(base, base), quote
    return word, None


def _foreign_letters(shown: str) -> str:
    strangers = [letter for letter in shown if not letter.isascii()]
    kind = unicodedata.name(strangers[0], "UNKNOWN").split()[0].title()
    return (
        f"{shown!r} holds the {kind} letter {strangers[0]!r}, which may only look Latin. "
        "Type the name with Latin letters, for example BTC."
    )


_BY_NAME = {name.upper().replace(" ", ""): asset for asset, name in NAMES.items()} | SPOKEN


@dataclass(frozen=True, slots=True)
class Candle:
    """The trades of one bar.

    Attributes:
        opened_at: Start of the bar, aware UTC.
        open, high, low, close: Price in the symbol's quote asset, above 0.
        volume: Traded amount in the base asset, 0 or more.
    """

    opened_at: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal

    def __post_init__(self) -> None:
        _aware_utc(self.opened_at)
        for number in (self.open, self.high, self.low, self.close, self.volume):
            if not number.is_finite():
                raise ValueError(f"a candle needs finite numbers, not {number}")
        if self.low <= 0:
            raise ValueError(f"a candle's low must be above 0, not {self.low}")
        if not self.low <= min(self.open, self.close) <= max(self.open, self.close) <= self.high:
            raise ValueError(
                f"open {self.open} and close {self.close} must lie between "
                f"low {self.low} and high {self.high}"
            )
        if self.volume < 0:
            raise ValueError(f"a candle's volume must be 0 or more, not {self.volume}")


@dataclass(frozen=True, slots=True)
class Ticker:
    """What a market trades at, at one instant, by one source.

    Attributes:
        price, bid, ask: In the quote asset, above 0.
        at: When that price was true, aware UTC.
        high_24h, low_24h: Extremes of the last 24 hours; null when the source does not say.
        volume_24h: In the base asset.
        quote_volume_24h: In the quote asset.
    """

    symbol: Symbol
    price: Decimal
    at: datetime
    bid: Decimal | None = None
    ask: Decimal | None = None
    high_24h: Decimal | None = None
    low_24h: Decimal | None = None
    volume_24h: Decimal | None = None
    quote_volume_24h: Decimal | None = None

    def __post_init__(self) -> None:
        _aware_utc(self.at)
        for price in (self.price, self.bid, self.ask, self.high_24h, self.low_24h):
            if price is not None and not (price.is_finite() and price > 0):
                raise ValueError(f"a price must be finite and above 0, not {price}")
        for volume in (self.volume_24h, self.quote_volume_24h):
            if volume is not None and not (volume.is_finite() and volume >= 0):
                raise ValueError(f"a volume must be finite and 0 or more, not {volume}")


def _aware_utc(at: datetime) -> None:
    if at.tzinfo is None or at.utcoffset() != timedelta(0):
        raise ValueError(f"times are aware and in UTC, not {at.isoformat()}")
