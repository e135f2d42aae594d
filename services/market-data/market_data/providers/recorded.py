"""RECORDED: candles from CSV files, as a market that stands still at `AS_OF`.

Any table of date or ts, open, high, low, close and volume in `DATA_DIR` is a market, named by its
file; four stocks are shipped. Nothing that closes after the clock is ever shown.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import structlog

from common.assets import NAMES
from common.clock import Clock
from common.errors import UnknownSymbol
from common.market import Candle, Symbol, Ticker, Timeframe
from common.wire import AsOfKind, Quality
from market_data.providers import Listing, Surroundings
from market_data.providers.csv_series import BadFile, Series, read

SHIPPED = Path(__file__).parents[1] / "data"
_SHOWN = 10  # bad rows of one file that are named in the log
_DAY = timedelta(days=1)
log = structlog.get_logger(__name__)


class Recorded:
    """Markets as files tell them.

    Attributes:
        refused: What is wrong with each file that was not taken, by its name.
        set_aside: Number of bad rows in the files that were.
    """

    name = "recorded"
    quality: Quality = "recorded"
    as_of_kind: AsOfKind = "clock"
    page = 5_000

    def __init__(
        self, clock: Clock, folders: Sequence[Path] = (SHIPPED,), as_of: datetime | None = None
    ) -> None:
        """Read every file now, so that what is wrong is said at the start.

        Args:
            folders: Where files lie; an earlier folder wins over a later one.
            as_of: Where all recordings stand; None for the end of each.
        """
        self._clock = clock
        self._as_of = as_of
        self.refused: dict[str, str] = {}
        self.set_aside = 0
        self._markets: dict[Symbol, dict[Timeframe, Series]] = {}
        for folder in folders:
            for path in sorted(folder.glob("*.csv")):
                self._take(path)

    def timeframes(self, symbol: Symbol) -> frozenset[Timeframe]:
        return frozenset(self._markets.get(symbol, ()))

    def now(self, symbol: Symbol) -> datetime:
        """`AS_OF`, or the end of the market's last candle."""
        if self._as_of is not None:
            return self._as_of
        ends = (series.end for series in self._markets.get(symbol, {}).values())
        return max(ends, default=self._clock.now())

    def grace(self, timeframe: Timeframe) -> float:
        return 0.0

    async def listings(self) -> Sequence[Listing]:
        """Markets that had a candle by the clock."""
        return [
            self._listing(symbol)
            for symbol, by_timeframe in self._markets.items()
            if self._last(by_timeframe.values(), self.now(symbol))
        ]

    async def ticker(self, symbol: Symbol) -> Ticker:
        """The close of the last candle that had closed by the clock, and when that was."""
        last = self._last(self._find(symbol).values(), self.now(symbol))
        if last is None:
            raise UnknownSymbol(str(symbol))
        closed_at, candle = last
        return Ticker(symbol=symbol, price=candle.close, at=closed_at)

    async def candles(
        self, symbol: Symbol, timeframe: Timeframe, start: datetime, end: datetime
    ) -> Sequence[Candle]:
        """As the port says, without the forming candle: its row tells the future."""
        return self._find(symbol)[timeframe].closed(start, end, self.now(symbol))

    async def aclose(self) -> None:
        """Nothing is open."""

    def _find(self, symbol: Symbol) -> dict[Timeframe, Series]:
        if symbol not in self._markets:
            raise UnknownSymbol(str(symbol))
        return self._markets[symbol]

    @staticmethod
    def _last(many: Iterable[Series], at: datetime) -> tuple[datetime, Candle] | None:
        finest_first = sorted(many, key=lambda series: series.timeframe.seconds)
        closed = [
            (candle.opened_at + series.timeframe.length, candle)
            for series in finest_first
            if (candle := series.last_closed(at)) is not None
        ]
        return max(closed, key=lambda pair: pair[0], default=None)

    def _listing(self, symbol: Symbol) -> Listing:
        many = self._markets[symbol]
        finest = many[min(many, key=lambda timeframe: timeframe.seconds)]
        now = self.now(symbol)
        day = finest.closed(now - max(_DAY, finest.timeframe.length), now, now)
        return Listing(
            symbol=symbol,
            name=NAMES.get(symbol.base, symbol.base),
            price_step=min(series.price_step for series in many.values()),
            lot_step=min(series.lot_step for series in many.values()),
            quote_volume_24h=sum((candle.close * candle.volume for candle in day), Decimal(0)),
            sessions=all(series.sessions for series in many.values()),
        )

    def _take(self, path: Path) -> None:
        try:
            series = read(path)
        except BadFile as error:
            self.refused[path.name] = str(error)
            log.warning("file_refused", file=path.name, reason=str(error))
            return
        by_timeframe = self._markets.setdefault(series.symbol, {})
        taken = by_timeframe.setdefault(series.timeframe, series)
        if taken is not series:
            say = log.warning if taken.path.parent == path.parent else log.info
            say("file_passed_over", file=path.name, instead=taken.path.name)
            return
        self.set_aside += len(series.bad)
        for reason in series.bad[:_SHOWN]:
            log.warning("row_set_aside", file=path.name, reason=reason)
        if len(series.bad) > _SHOWN:
            log.warning("rows_set_aside", file=path.name, rows=len(series.bad))


def create(surroundings: Surroundings) -> Recorded:
    folders = [surroundings.data_dir] if surroundings.data_dir else []
    return Recorded(surroundings.clock, [*folders, SHIPPED], surroundings.as_of)


PROVIDER = create
