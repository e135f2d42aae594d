"""Indicators by name of one market: what `/v1/indicators/{symbol}` says."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from common.errors import NotEnoughCandles
from common.market import Candle, Timeframe
from common.wire import Indicator, IndicatorName, IndicatorsReply
from market_data.catalogue import Offer
from market_data.history import History
from market_data.indicators.known import KNOWN, NAMES, Line, Window
from market_data.provenance import provenance
from market_data.series import Series

MOST_BARS = 1_000  # that a value stands on


@dataclass(frozen=True, slots=True)
class IndicatorsAsked:
    """Which indicators.

    Attributes:
        period: Of each indicator that has one; None for each one's own.
        last: Length of the series; None for the latest values alone.
    """

    timeframe: Timeframe = Timeframe.H4
    names: Sequence[IndicatorName] = NAMES
    period: int | None = None
    last: int | None = None


class Studies:
    """Answers about indicators."""

    def __init__(self, history: History) -> None:
        self._history = history

    async def indicators(self, offer: Offer, asked: IndicatorsAsked) -> IndicatorsReply:
        """Compute what is asked over one window.

        Raises:
            NotEnoughCandles: If any of the indicators has no value yet.
            Unavailable: If the provider does not answer.
        """
        wanted = max(KNOWN[name].wanted(asked.period) for name in asked.names)
        count = min(MOST_BARS, wanted) + (asked.last or 1) - 1
        series = await self._history.closed(offer, asked.timeframe, count)
        have = len(series.candles)
        need = max(KNOWN[name].need(asked.period) for name in asked.names)
        if have < need:
            symbol = str(offer.listing.symbol)
            raise NotEnoughCandles(symbol, asked.timeframe.value, have, need)
        step, shown = offer.listing.price_step, min(have, asked.last or 1)
        computed = []
        for name in asked.names:
            await asyncio.sleep(0)  # whoever waits has a turn between two indicators
            computed.append(_indicator(name, asked, series.candles, step, shown))
        return _reply(offer, asked, series, computed)


def _reply(
    offer: Offer, asked: IndicatorsAsked, series: Series, computed: list[Indicator]
) -> IndicatorsReply:
    listing, length, last = offer.listing, asked.timeframe.length, series.candles[-1]
    shown = series.candles[-(asked.last or 1) :]
    return IndicatorsReply(
        **provenance(offer, last.opened_at + length, stale=False),
        symbol=str(listing.symbol),
        name=listing.name,
        timeframe=asked.timeframe.value,
        price_step=listing.price_step,
        close=last.close,
        closed_at=last.opened_at + length,
        next_close_at=series.until + length,
        bars=len(series.candles),
        indicators=computed,
        opened_at=None if asked.last is None else [candle.opened_at for candle in shown],
        built_from=series.built_from.value if series.built_from else None,
        gaps=series.gaps,
        filled=len(series.filled),
    )


def _indicator(
    name: IndicatorName, asked: IndicatorsAsked, candles: Sequence[Candle], step: Decimal, last: int
) -> Indicator:
    known = KNOWN[name]
    period = known.of(asked.period)
    lines = known.lines(Window(candles, period, step, last))
    own = {} if known.period is None else {"period": Decimal(period)}
    return Indicator(
        name=name,
        parameters={**own, **known.parameters},
        approximate=len(candles) < known.wanted(asked.period),
        lines={key: line[-1] for key, line in lines.items()},
        series=(
            None
            if asked.last is None
            else {key: _aligned(line, last) for key, line in lines.items()}
        ),
    )


def _aligned(line: Line, last: int) -> list[Decimal | None]:
    """The last values, None in front of the first one."""
    values = list(line[-last:])
    return [None] * (last - len(values)) + values
