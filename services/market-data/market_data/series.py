"""Series of closed candles as they are asked for and answered, from candles that are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from common.market import Candle, Timeframe
from common.wire import Gap
from market_data.catalogue import Offer
from market_data.indicators.resample import build, gaps
from market_data.kept_candles import MOST_ROWS, KeptCandles

MOST_CALLS = 12  # pages of one answer: 250 weeks of days, 300 a page, are 6


@dataclass(frozen=True, slots=True)
class Series:
    """Closed candles, oldest first.

    Attributes:
        until: Everything that opened before it has closed.
        built_from: The native timeframe behind built candles, else None.
        gaps: Missing candles between the first and the last; none for markets with sessions.
        filled: When the candles that stand for a time without trades opened, oldest first.
        revision: Another number once a candle is not what it was in an earlier answer.
    """

    candles: Sequence[Candle]
    until: datetime
    built_from: Timeframe | None
    gaps: list[Gap]
    filled: Sequence[datetime] = ()
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of native candles.

    Attributes:
        end: Only candles that opened before it.
        newest: When the next candle will open that has not closed yet.
        published: Candles that opened before it are there by now, if they exist.
        fill: Whether short holes are filled.
    """

    offer: Offer
    native: Timeframe
    count: int
    end: datetime
    newest: datetime
    published: datetime
    fill: bool

    @property
    def key(self) -> tuple[object, ...]:
        """What is kept under: one window that ends now, and one for each page of long ago."""
        name = (self.offer.provider.name, self.offer.listing.symbol, self.native)
        reach = min(MOST_ROWS, MOST_CALLS * self.offer.provider.page)
        away = (self.newest - self.end) // self.native.length
        return name if away == 0 or away + self.count <= reach else (*name, self.end)


def series_of(
    asked: Asked, kept: KeptCandles, timeframe: Timeframe, count: int
) -> tuple[Series, list[Gap]]:
    """Return the answer to a question, and the native candles that it lacks."""
    view = kept.view(asked.fill)
    stop = kept.before(asked.end, asked.fill)
    rows = view.candles[max(0, stop - asked.count) : stop]
    if not rows:
        return Series([], asked.end, _other(asked.native, timeframe), []), []
    since, until = rows[0].opened_at, rows[-1].opened_at
    filled = [at for at in view.filled if since <= at <= until]
    missing = [gap for gap in view.gaps if since <= gap.first <= until]
    told, candles, outages = missing, rows, missing
    if timeframe is not asked.native:
        # The last part of a longer candle may be late: without it the close would be another one.
        known = min(asked.end, max(kept.end, asked.published))
        candles = build(rows, timeframe, asked.native, known)[-count:]
        told = gaps(candles, timeframe)
        filled = _wholly(filled, rows, candles, timeframe)
    if asked.offer.listing.sessions:
        told = outages = []
    series = Series(
        candles=candles,
        until=asked.end,
        built_from=_other(asked.native, timeframe),
        gaps=told,
        filled=filled,
        revision=kept.revision,
    )
    return series, outages


def _wholly(
    filled: Sequence[datetime],
    rows: Sequence[Candle],
    candles: Sequence[Candle],
    timeframe: Timeframe,
) -> list[datetime]:
    """When built candles opened that consist of filled ones alone."""
    if not filled or not candles:
        return []
    flat = set(filled)
    traded = {timeframe.opening(row.opened_at) for row in rows if row.opened_at not in flat}
    return [one.opened_at for one in candles if one.opened_at not in traded]


def _other(native: Timeframe, timeframe: Timeframe) -> Timeframe | None:
    return None if native is timeframe else native
