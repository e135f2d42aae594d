"""Lets presets trade paper accounts, and notes what accounts are worth, at the holder of the lease.

A change is kept together with its message, or void when the account has changed meanwhile; then the
next look finds it as it is. Prices that are old, disputed or another exchange's change nothing.
Stops and targets are the alert engine's business (see `levels`).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import structlog

from common import wire
from common.clock import Clock
from common.errors import CryptoAssistantError, UnknownSymbol
from common.market import Timeframe
from telegram_bot.paper.book import Auto, Change, Paper, Papers
from telegram_bot.paper.deciding import Turned, decide, last_opening
from telegram_bot.paper.prices import sure_candles, sure_price, terms_of
from telegram_bot.paper.resting import seen
from telegram_bot.paper.wording import bought_text, rests, show_rows, sold_text
from telegram_bot.people import People
from telegram_bot.ports import CandlesQuestion, MarketData, error_from
from telegram_bot.profiles import Profile
from telegram_bot.reader import reading_as
from telegram_bot.replies import Reply
from telegram_bot.simulation.candles import candles_of
from telegram_bot.turns import Turn

log = structlog.get_logger(__name__)

EVERY_SECONDS = 3.0
_SETTLES = 2.0  # seconds after its end in which a candle is not to be expected
_MARK_EVERY = 3_600.0
_MOST_ASKED = 10  # markets a question
_SPARE_CANDLES = 60  # so many closes can be made up for after a pause

Tickers = Mapping[str, wire.TickerReply]


class Automatic:
    """One look at everything, again and again."""

    def __init__(
        self,
        papers: Papers,
        market: MarketData,
        people: People,
        profile: Profile,
        clock: Clock,
        *,
        is_on: Callable[[int], bool] = lambda chat: True,
    ) -> None:
        """Look after the chats for which it `is_on`."""
        self._is_on = is_on
        self._papers = papers
        self._market = market
        self._people = people
        self._profile = profile
        self._clock = clock

    async def look(self, turn: Turn | None = None) -> None:
        """Look once; what fails for one account is logged and tried at the next look."""
        now = self._now()
        busy = await self._papers.busy()
        due = [paper for paper in busy if _is_due(paper, now) and self._is_on(paper.chat)]
        tickers, unlisted = await self._tickers(due)
        candles = _Candles(self._market)
        for paper in due:
            try:
                await self._look_at(paper, tickers, unlisted, candles)
            except CryptoAssistantError as error:
                log.info("a paper account waits for prices", reason=str(error))
            except Exception:
                log.exception("a paper account could not be looked at")

    def _now(self) -> float:
        return self._clock.now().timestamp()

    async def _tickers(self, papers: Sequence[Paper]) -> tuple[Tickers, set[str]]:
        """Return the tickers of all their markets, and which of these nobody lists."""
        symbols = sorted(
            {held.symbol for paper in papers for held in paper.account.positions}
            | {auto.symbol for paper in papers for auto in paper.autos}
        )
        found: dict[str, wire.TickerReply] = {}
        unlisted: set[str] = set()
        for first in range(0, len(symbols), _MOST_ASKED):
            reply = await self._market.tickers(symbols[first : first + _MOST_ASKED])
            found.update({ticker.symbol: ticker for ticker in reply.tickers})
            for problem in map(error_from, reply.problems):
                if isinstance(problem, UnknownSymbol):
                    unlisted.add(problem.asked)
        return found, unlisted

    async def _look_at(
        self, paper: Paper, tickers: Tickers, unlisted: Collection[str], candles: "_Candles"
    ) -> None:
        now = self._now()
        prices = {
            symbol: price
            for symbol, ticker in tickers.items()
            if (price := sure_price(ticker, self._profile, now)) is not None
        }
        resting, silent = seen(paper, prices, unlisted, now)
        if resting != paper.unpriced:
            told = await self._rests(paper.chat, silent) if silent else None
            await self._papers.save(Change(replace(paper, unpriced=resting), told=told))
            return  # the rest is looked at next time, on what was kept
        for auto in paper.autos:
            price = prices.get(auto.symbol)
            if price is None or not _has_closed(auto, now):
                continue
            turned = await self._turned(paper, auto, tickers[auto.symbol], price, candles)
            if turned is not None:
                await self._keep(turned, prices)
                return  # the rest is looked at next time, on what was kept
        if _may_mark(paper, prices, now):
            await self._keep(Turned(paper, ()), prices)

    async def _turned(
        self,
        paper: Paper,
        auto: Auto,
        ticker: wire.TickerReply,
        price: Decimal,
        candles: "_Candles",
    ) -> Turned | None:
        """Let a preset decide; None where the candle that has closed is not there yet."""
        count = min(1_000, auto.preset.candles_needed + _SPARE_CANDLES)
        question = CandlesQuestion(auto.symbol, Timeframe(auto.timeframe), count)
        reply = await candles.ask(question)
        if not sure_candles(reply, self._profile) or not reply.close:
            return None
        terms = terms_of(ticker, self._profile)
        turned = decide(paper, auto, candles_of(reply), price, self._now(), terms)
        return turned if turned.decisions else None

    async def _keep(self, turned: Turned, prices: Mapping[str, Decimal]) -> None:
        paper, now = turned.paper, self._now()
        mark: tuple[float, Decimal] | None = None
        traded = turned.bought or turned.trade is not None
        if _may_mark(replace(paper, marked_at=0.0) if traded else paper, prices, now):
            mark = (now, paper.account.worth(dict(prices)))
            paper = replace(paper, marked_at=now)
        trades = () if turned.trade is None else (turned.trade,)
        told = await self._told(turned)
        if not await self._papers.save(Change(paper, trades, turned.decisions, mark, told)):
            log.info("a paper account has changed meanwhile")

    async def _told(self, turned: Turned) -> Reply | None:
        paper, now = turned.paper, self._now()
        with reading_as(await self._people.reader(paper.chat)):
            if turned.trade is not None:
                return Reply(sold_text([turned.trade], paper, self._profile, now), show_rows())
            for decided in reversed(turned.decisions):
                if decided.followed == "bought":
                    return Reply(bought_text(decided, paper, self._profile, now), show_rows())
        return None

    async def _rests(self, chat: int, silent: Mapping[str, bool]) -> Reply | None:
        with reading_as(await self._people.reader(chat)):
            return Reply(rests(silent), show_rows())


class _Candles:
    """Asks once a look for what many accounts decide by, and hears once that nobody answers."""

    def __init__(self, market: MarketData) -> None:
        self._market = market
        self._told: dict[CandlesQuestion, wire.CandlesReply | CryptoAssistantError] = {}

    async def ask(self, question: CandlesQuestion) -> wire.CandlesReply:
        if question not in self._told:
            try:
                self._told[question] = await self._market.candles(question)
            except CryptoAssistantError as error:
                self._told[question] = error
        told = self._told[question]
        if isinstance(told, CryptoAssistantError):
            raise told
        return told


def _is_due(paper: Paper, now: float) -> bool:
    """Say whether a candle has closed that a preset has not seen, or a mark is to be made."""
    return now - paper.marked_at >= _MARK_EVERY or any(
        _has_closed(auto, now) for auto in paper.autos
    )


def _may_mark(paper: Paper, prices: Mapping[str, Decimal], now: float) -> bool:
    """Say whether it is time to note what an account is worth, and known what that is."""
    known = all(held.symbol in prices for held in paper.account.positions)
    return known and now - paper.marked_at >= _MARK_EVERY


def _has_closed(auto: Auto, now: float) -> bool:
    return last_opening(Timeframe(auto.timeframe), now - _SETTLES) > auto.decided
