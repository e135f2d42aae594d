"""What this service can answer, each time from the first provider able to."""

import asyncio
from collections.abc import Awaitable, Sequence

from common.clock import Clock
from common.deadlines import MARKET_DATA_SECONDS
from common.errors import BadInput, Unavailable, UnsupportedTimeframe
from common.features import Features
from common.market import Timeframe
from common.wire import (
    AtrReply,
    CandlesReply,
    CorrelationReply,
    IndicatorsReply,
    Market,
    MarketsReply,
    ProviderState,
    StatisticsReply,
    TickerReply,
)
from market_data.candles import CandleStore
from market_data.catalogue import Catalogue, Offer
from market_data.correlations import CorrelationAsked, Correlations, Member
from market_data.failover import Failover, is_live
from market_data.history import History
from market_data.paging import CandlesAsked, SymbolsAsked, candles_page, place_after
from market_data.providers import Provider
from market_data.quotes import Quotes
from market_data.readings import Question, Readings
from market_data.status import state_of
from market_data.studies import IndicatorsAsked, Studies
from market_data.summaries import StatisticsAsked, Summaries

_Outcome = TickerReply | BadInput | Unavailable
_TO_SAY_SO = 0.5  # seconds left of the deadline of an answer, to tell what has come by then


class Markets:
    """The use cases of the service. Everything that a route may ask stands here."""

    def __init__(
        self,
        providers: Sequence[Provider],
        features: Features,
        clock: Clock,
        store: CandleStore | None = None,
        patience: float = MARKET_DATA_SECONDS - _TO_SAY_SO,
    ) -> None:
        """Ask nobody yet.

        Args:
            patience: Seconds for several tickers, after which those that are there are told.
        """
        self._providers = providers
        self._patience = patience
        self._store = store
        self._catalogue = Catalogue(providers, clock)
        self._failover = Failover(clock)
        self._history = History(clock, store)
        self._quotes = Quotes(self._history, clock)
        self._readings = Readings(self._history, self._quotes, features, clock)
        self._studies = Studies(self._history)
        self._summaries = Summaries(self._history, self._quotes)
        self._correlations = Correlations(self._history)

    async def symbols(self, asked: SymbolsAsked) -> MarketsReply:
        """A page of the markets, by falling volume.

        Raises:
            Unavailable: If no provider answers.
            BadInput: If the page begins after a market that is not among them.
        """
        found = [offer for offer in await self._catalogue.listed() if asked.wants(offer.listing)]
        begin = place_after(found, asked.after) if asked.after else 0
        page = [self._market(offer) for offer in found[begin : begin + asked.limit]]
        more = len(found) > begin + asked.limit
        return MarketsReply(symbols=page, next_cursor=page[-1].symbol if more else None)

    async def symbol(self, text: str) -> Market:
        """The market that `text` means. Raises as `Catalogue.resolve` does."""
        return self._market((await self._catalogue.resolve(text))[0])

    async def ticker(self, text: str) -> TickerReply:
        """What the market trades at. Raises `BadInput`, `UnknownSymbol` or `Unavailable`."""
        offers = self._failover.order(await self._catalogue.resolve(text))
        if not is_live(offers[0]):
            return await self._failover.first(offers, self._quotes.ticker)
        reply = await self._quotes.ticker(*offers)
        if reply.source != offers[0].provider.name and self._quotes.hearing.latest.failing(
            offers[0]
        ):
            self._failover.pass_over(offers[0])
        return reply

    async def tickers(self, texts: Sequence[str]) -> list[_Outcome]:
        """Tickers in the order asked; what cannot be answered in time stands as its error."""
        answers = []
        for text in texts:
            answers.append(asyncio.ensure_future(_outcome(self.ticker(text))))
            await asyncio.sleep(0)  # whoever waits has a turn between two names
        if answers:
            await asyncio.wait(answers, timeout=self._patience)
        return [_so_far(text, answer) for text, answer in zip(texts, answers, strict=True)]

    async def atr(self, text: str, question: Question) -> AtrReply:
        """ATR and its kin. Raises as `candles` does, and `NotEnoughCandles`."""
        offers = await self._able(text, question.timeframe)
        return await self._failover.first(offers, lambda offer: self._readings.atr(offer, question))

    async def indicators(self, text: str, asked: IndicatorsAsked) -> IndicatorsReply:
        """Indicators by name. Raises as `atr` does."""
        offers = await self._able(text, asked.timeframe)
        return await self._failover.first(
            offers, lambda offer: self._studies.indicators(offer, asked)
        )

    async def statistics(self, text: str, asked: StatisticsAsked) -> StatisticsReply:
        """Statistics of closes and returns. Raises as `atr` does."""
        offers = await self._able(text, asked.timeframe)
        return await self._failover.first(
            offers, lambda offer: self._summaries.statistics(offer, asked)
        )

    async def correlation(self, texts: Sequence[str], asked: CorrelationAsked) -> CorrelationReply:
        """How markets move together, each once. Raises as `atr` does, `BadInput` for one market."""
        resolved = await asyncio.gather(*(self._able(text, asked.timeframe) for text in texts))
        different = {offers[0].listing.symbol: offers for offers in resolved}
        if len(different) < 2:
            raise BadInput("A correlation needs 2 different markets, for example BTC-USD,ETH-USD.")

        async def member(offers: Sequence[Offer]) -> Member:
            return await self._failover.first(
                offers, lambda offer: self._correlations.member(offer, asked)
            )

        members = await asyncio.gather(*map(member, different.values()))
        return await self._correlations.matrix(members, asked)

    async def candles(self, text: str, asked: CandlesAsked) -> CandlesReply:
        """A page of closed candles. Raises as `ticker` does, and `UnsupportedTimeframe`."""
        offers = await self._able(text, asked.timeframe)
        return await self._failover.first(offers, lambda offer: self._candles(offer, asked))

    async def _able(self, text: str, timeframe: Timeframe) -> list[Offer]:
        """Who offers the market and has candles of this timeframe."""
        offers = await self._catalogue.resolve(text)
        able = [offer for offer in offers if timeframe in self._history.timeframes(offer)]
        if not able:
            known = " ".join(one.value for one in self._history.timeframes(offers[0]))
            shown = offers[0].listing.symbol.shown
            raise UnsupportedTimeframe(f"{shown} has no {timeframe.value} candles. Use {known}.")
        return able

    async def _candles(self, offer: Offer, asked: CandlesAsked) -> CandlesReply:
        # One candle more than asked tells whether there is an older page.
        series = await self._history.closed(
            offer, asked.timeframe, asked.limit + 1, asked.end, fill=asked.fill
        )
        known = [c for c in series.candles if asked.start is None or c.opened_at >= asked.start]
        return candles_page(offer, asked, series, known[-asked.limit :], len(known) > asked.limit)

    def _market(self, offer: Offer) -> Market:
        listing = offer.listing
        return Market(
            symbol=str(listing.symbol),
            base=listing.symbol.base,
            quote=listing.symbol.quote,
            name=listing.name,
            price_step=listing.price_step,
            lot_step=listing.lot_step,
            quote_volume_24h=listing.quote_volume_24h,
            timeframes=[timeframe.value for timeframe in self._history.timeframes(offer)],
            source=offer.provider.name,
            quality=offer.provider.quality,
        )

    @property
    def providers(self) -> Sequence[Provider]:
        """Where prices come from, in the order of preference."""
        return self._providers

    @property
    def quotes(self) -> Quotes:
        """Tickers, for what is counted of them."""
        return self._quotes

    @property
    def history(self) -> History:
        """Candles, for what is counted of them."""
        return self._history

    def states(self) -> list[ProviderState]:
        """How the providers are doing."""
        return [state_of(provider) for provider in self._providers]

    async def ready(self) -> list[str]:
        """Reasons why this service cannot answer yet; none when it can."""
        try:
            await self._catalogue.listed()
        except Unavailable as error:
            return [str(error)]
        return []

    async def aclose(self) -> None:
        """Stop calls under way and close connections."""
        for part in (self._catalogue, self._quotes, self._history):
            await part.aclose()
        for provider in self._providers:
            await provider.aclose()
        if self._store is not None:
            await self._store.aclose()


def _so_far(text: str, answer: "asyncio.Task[_Outcome]") -> _Outcome:
    if answer.done():
        return answer.result()
    answer.cancel()  # what it asks for goes on, for whoever wants it next
    return Unavailable(f"{text.strip()[:40]} takes longer than usual.", retry_after=2)


async def _outcome(call: Awaitable[TickerReply]) -> _Outcome:
    try:
        return await call
    except (BadInput, Unavailable) as error:
        return error
