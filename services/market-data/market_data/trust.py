"""How far a price may be trusted, and which one is told where the newest may not be."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import structlog

from common.clock import Clock
from common.market import Ticker
from common.wire import Quality
from market_data.catalogue import Offer
from market_data.consensus import Source, Verdict, agree
from market_data.hearing import Heard
from market_data.jumps import COMPARED_SECONDS, Jumps
from market_data.past import Past

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """A price and what stands behind it.

    Attributes:
        offer: The preferred source of those behind it.
        ticker: Of that source, with the price and the time that are told.
        used: Names of the sources that the price stands on; none where it is the last good one.
        alertable: Whether it may fire an alert.
    """

    offer: Offer
    ticker: Ticker
    quality: Quality
    used: frozenset[str]
    stale: bool
    alertable: bool


class Trust:
    """Judges what was heard against what was believed before.

    Attributes:
        held_back: Prices of one source that were not told.
    """

    def __init__(self, clock: Clock) -> None:
        self.held_back = 0
        self._jumps = Jumps(clock)

    def told(self, heard: Sequence[Heard], past: Past, *, remember: bool = True) -> Told:
        """Choose a price.

        Args:
            heard: Of one market, the preferred source first, at least one.
            past: Of the market, where it is known.
            remember: Whether the price may become the last good one.
        """
        verdict = agree([one.source for one in heard])
        behind = _named(verdict.used, heard)
        first = behind[0]
        if first.offer.provider.quality != "single":  # made up, or from a file: nothing to check
            return _as_heard(first, first.offer.provider.quality, alertable=not first.stale)
        if verdict.quality == "consensus":
            return self._agreed(verdict, behind)
        symbol, step_by_step = first.offer.listing.symbol, remember and verdict.quality == "single"
        self._compare_with(past, first)
        for one in _named(verdict.disputed or verdict.used, heard):
            if one.source.sound and self._jumps.believes(
                symbol,
                one.source.price,
                one.known.ticker.at,
                past.minute_range,
                remember=step_by_step,
            ):
                sure = verdict.quality == "single" and not one.stale
                return _as_heard(one, verdict.quality, alertable=sure)
        return self._last_good(first, verdict)

    def _agreed(self, verdict: Verdict, behind: Sequence[Heard]) -> Told:
        first = behind[0]
        price = _on_step(verdict.price, first.offer)
        at = min(one.at for one in _named(verdict.middle, behind))
        self._jumps.accept(first.offer.listing.symbol, price, at)
        ticker = replace(first.known.ticker, price=price, at=at)
        used = frozenset(one.source.name for one in behind)
        stale = all(one.stale for one in behind)
        return Told(first.offer, ticker, "consensus", used, stale, alertable=not stale)

    def _compare_with(self, past: Past, first: Heard) -> None:
        """Take the last candle's close for the last good price where there is no later one."""
        symbol = first.offer.listing.symbol
        if past.last is None or self._jumps.good(symbol, COMPARED_SECONDS) is not None:
            return
        close, closed_at = past.last
        age = (first.offer.provider.now(symbol) - closed_at).total_seconds()
        self._jumps.accept(symbol, close, closed_at, max(0.0, age))

    def _last_good(self, first: Heard, verdict: Verdict) -> Told:
        """The last price that was believed, as stale; the newest one where there is none."""
        symbol, price = first.offer.listing.symbol, first.source.price
        good = self._jumps.good(symbol)
        if good is None:
            return _as_heard(first, verdict.quality, alertable=False)
        self.held_back += 1
        log.info("jump_not_believed", symbol=str(symbol), price=str(price), last=str(good.price))
        ticker = replace(first.known.ticker, price=good.price, at=good.at)
        return Told(first.offer, ticker, verdict.quality, frozenset(), True, alertable=False)


def _as_heard(one: Heard, quality: Quality, *, alertable: bool) -> Told:
    ticker = replace(one.known.ticker, at=one.at)
    used = frozenset((one.source.name,))
    return Told(one.offer, ticker, quality, used, one.stale, alertable)


def _named(sources: Sequence[Source], heard: Sequence[Heard]) -> list[Heard]:
    return [one for one in heard if one.source in sources]


def _on_step(price: Decimal, offer: Offer) -> Decimal:
    step = offer.listing.price_step
    return (price / step).quantize(Decimal(1)) * step
