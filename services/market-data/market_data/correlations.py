"""How markets move together: what `/v1/correlation` says."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from common.errors import NotEnoughCandles
from common.market import Candle, Timeframe
from common.wire import CorrelatedMarket, CorrelationReply
from market_data.catalogue import Offer
from market_data.history import History
from market_data.indicators.correlation import closes_at, common_openings, correlations
from market_data.provenance import provenance
from market_data.series import Series

LEAST_BARS = 4  # three returns: two always lie on one line
_STRETCH = 8  # times as many candles of a market round the clock beside one with sessions


@dataclass(frozen=True, slots=True)
class CorrelationAsked:
    """Over which window: the last `bars` candles that all markets have."""

    timeframe: Timeframe = Timeframe.D1
    bars: int = 90


@dataclass(frozen=True, slots=True)
class Member:
    """A market at the provider that answers for it, and its own last candles."""

    offer: Offer
    series: Series


class Correlations:
    """Answers about markets beside each other."""

    def __init__(self, history: History) -> None:
        self._history = history

    async def member(self, offer: Offer, asked: CorrelationAsked) -> Member:
        """Prove that a provider can answer for a market.

        Raises:
            NotEnoughCandles: If it has fewer than 4 closed candles.
            Unavailable: If it does not answer.
        """
        series = await self._history.closed(offer, asked.timeframe, asked.bars, fill=False)
        have = len(series.candles)
        if have < LEAST_BARS:
            symbol = str(offer.listing.symbol)
            raise NotEnoughCandles(symbol, asked.timeframe.value, have, LEAST_BARS)
        return Member(offer, series)

    async def matrix(self, members: Sequence[Member], asked: CorrelationAsked) -> CorrelationReply:
        """Correlate two or more markets on the candles that all of them have.

        Raises:
            NotEnoughCandles: If those are fewer than 4.
            Unavailable: If a provider does not answer.
        """
        many = await self._candles(members, asked)
        openings = common_openings(many)[-asked.bars :]
        if len(openings) < LEAST_BARS:
            together = " with ".join(str(member.offer.listing.symbol) for member in members)
            raise NotEnoughCandles(together, asked.timeframe.value, len(openings), LEAST_BARS)
        end = openings[-1] + asked.timeframe.length
        return CorrelationReply(
            timeframe=asked.timeframe.value,
            markets=[_market(member.offer, end) for member in members],
            bars=len(openings),
            bars_asked=asked.bars,
            opened_at=openings[0],
            closed_at=end,
            matrix=correlations([closes_at(candles, openings) for candles in many]),
        )

    async def _candles(
        self, members: Sequence[Member], asked: CorrelationAsked
    ) -> list[Sequence[Candle]]:
        """Each market's candles of one stretch of time, so that calendars can be laid together.

        It ends where the first of them ends: a recording stands still, the others do not. It is as
        long as the market that needs longest for its candles: ten days of a stock are two weeks.
        """
        end = min(member.series.until for member in members)
        at_end = await asyncio.gather(
            *(self._until(member, asked, asked.bars, end) for member in members)
        )
        start = min((candles[0].opened_at for candles in at_end if candles), default=end)
        longest = min((end - start) // asked.timeframe.length, _STRETCH * asked.bars)
        return await asyncio.gather(
            *(
                self._until(member, asked, asked.bars if _sessions(member) else longest, end)
                for member in members
            )
        )

    async def _until(
        self, member: Member, asked: CorrelationAsked, count: int, end: datetime
    ) -> Sequence[Candle]:
        series = await self._history.closed(
            member.offer, asked.timeframe, max(1, count), end, fill=False
        )
        return series.candles


def _sessions(member: Member) -> bool:
    return member.offer.listing.sessions


def _market(offer: Offer, at: datetime) -> CorrelatedMarket:
    return CorrelatedMarket(
        **provenance(offer, at, stale=False),
        symbol=str(offer.listing.symbol),
        name=offer.listing.name,
    )
