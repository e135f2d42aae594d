"""ATR and its kin of one market: what `/v1/indicators/{symbol}/atr` says."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from common.clock import Clock
from common.errors import NotEnoughCandles
from common.features import Features
from common.market import Candle, Timeframe
from common.wire import AtrReply, Chandelier, Position, Side, Supertrend
from market_data.catalogue import Offer
from market_data.history import History
from market_data.indicators.atr import KeptAtr, candles_wanted
from market_data.indicators.chandelier import chandelier
from market_data.indicators.position import position
from market_data.indicators.regime import regime
from market_data.indicators.stops import stops
from market_data.indicators.supertrend import supertrend
from market_data.provenance import provenance
from market_data.quotes import Quotes
from market_data.resilience.cache import Cache
from market_data.series import Series

_HUNDRED = Decimal(100)
_SHARE = Decimal("0.000001")
_SIGNIFICANT = 12


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks of ATR.

    Attributes:
        bars: Closed candles to stand on; None for as many as a settled value needs.
        multiples: Of ATR, for the table of stops.
        multiple, side: Of the position, which is worked out when `equity` is given.
        entry: Where stops start; None for the last price.
        equity: In the quote asset.
        risk_pct: Share of the equity that the stop may cost, in percent.
    """

    timeframe: Timeframe = Timeframe.H4
    period: int = 14
    bars: int | None = None
    multiples: Sequence[Decimal] = (Decimal(1), Decimal("1.5"), Decimal(2), Decimal(3))
    multiple: Decimal = Decimal(2)
    side: Side = "long"
    entry: Decimal | None = None
    equity: Decimal | None = None
    risk_pct: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class _Levels:
    """What depends on closed candles alone, and so holds until the next close."""

    chandelier: Chandelier | None
    supertrend: Supertrend | None


class Readings:
    """Answers about ATR; keeps what the last close has settled."""

    def __init__(self, history: History, quotes: Quotes, features: Features, clock: Clock) -> None:
        self._history = history
        self._quotes = quotes
        self._features = features
        self._atrs: Cache[tuple[int, KeptAtr]] = Cache(clock, most=2_000)
        self._levels: Cache[_Levels] = Cache(clock, most=2_000)

    async def atr(self, offer: Offer, question: Question) -> AtrReply:
        """Work out one answer.

        Raises:
            NotEnoughCandles: If there are fewer than `period + 1` closed candles.
            Unavailable: If the provider does not answer.
        """
        wanted = question.bars or candles_wanted(question.period)
        series = await self._history.closed(offer, question.timeframe, wanted)
        have, need = len(series.candles), question.period + 1
        if have < need:
            symbol = str(offer.listing.symbol)
            raise NotEnoughCandles(symbol, question.timeframe.value, have, need)
        ticker, stale = await self._quotes.price(offer)
        kept = self._kept(offer, question, series)
        levels = self._levels_of(offer, question.timeframe, series)
        return _reply(offer, question, series, kept, levels, ticker.price, ticker.at, stale)

    def _kept(self, offer: Offer, question: Question, series: Series) -> KeptAtr:
        """The ATR at the last close: advanced from the one before where the flag allows it.

        It starts anew when any candle was revised, filled ones that turned out traded included.
        """
        candles = series.candles
        if question.bars is not None or not self._features.enabled("atr_optimization"):
            return KeptAtr.start(candles, question.period)
        key = (*_key(offer, question.timeframe), question.period)
        found = self._atrs.get(key)
        if found is not None and found.value[0] == series.revision:
            if _advanced(found.value[1], candles):
                return found.value[1]
        kept = KeptAtr.start(candles, question.period)
        self._atrs.put(key, (series.revision, kept))
        return kept

    def _levels_of(self, offer: Offer, timeframe: Timeframe, series: Series) -> _Levels:
        candles, step = series.candles, offer.listing.price_step
        key = (*_key(offer, timeframe), candles[0].opened_at, candles[-1], series.revision)
        found = self._levels.get(key)
        if found is not None and self._features.enabled("atr_optimization"):
            return found.value
        levels = _Levels(chandelier(candles, step=step), supertrend(candles, step=step))
        self._levels.put(key, levels)
        return levels


def _advanced(kept: KeptAtr, candles: Sequence[Candle]) -> bool:
    """Take in what closed since; False if these candles do not continue the kept ones."""
    index = bisect_left(candles, kept.opened_at, key=lambda candle: candle.opened_at)
    if index == len(candles) or candles[index].opened_at != kept.opened_at:
        return False
    if candles[index].close != kept.close:
        return False  # the upstream has revised it
    kept.advance(candles[index + 1 :])
    return True


def _key(offer: Offer, timeframe: Timeframe) -> tuple[object, ...]:
    return offer.provider.name, offer.listing.symbol, timeframe


def _reply(
    offer: Offer,
    question: Question,
    series: Series,
    kept: KeptAtr,
    levels: _Levels,
    price: Decimal,
    at: datetime,
    stale: bool,
) -> AtrReply:
    listing, length, last = offer.listing, question.timeframe.length, series.candles[-1]
    entry = question.entry or price
    atr = kept.value
    word, ratio, percentile = regime(kept.values)
    return AtrReply(
        **provenance(offer, at, stale),
        symbol=str(listing.symbol),
        name=listing.name,
        timeframe=question.timeframe.value,
        period=question.period,
        method="wilder",
        seed="sma_tr_0",
        price_step=listing.price_step,
        lot_step=listing.lot_step,
        atr=atr,
        atr_pct=(atr / last.close * _HUNDRED).quantize(_SHARE),
        close=last.close,
        closed_at=last.opened_at + length,
        next_close_at=series.until + length,
        price=price,
        entry=entry,
        bars=kept.bars,
        approximate=kept.bars < candles_wanted(question.period),
        regime=word,
        ratio=ratio,
        percentile=percentile,
        stops=stops(entry, atr, question.multiples, listing.price_step),
        chandelier=levels.chandelier,
        supertrend=levels.supertrend,
        position=_position(offer, question, entry, atr),
        built_from=series.built_from.value if series.built_from else None,
        gaps=series.gaps,
        filled=len(series.filled),
    )


def _position(offer: Offer, question: Question, entry: Decimal, atr: Decimal) -> Position | None:
    if question.equity is None:
        return None
    return position(
        entry=entry,
        atr=atr,
        multiple=question.multiple,
        side=question.side,
        equity=question.equity,
        risk_pct=question.risk_pct,
        price_step=offer.listing.price_step,
        lot_step=offer.listing.lot_step,
    )
