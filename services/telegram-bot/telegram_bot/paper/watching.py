"""Watches paper accounts at the holder of the lease: levels of positions, and presets at closes.

A change is kept together with its message, or void when the account has changed meanwhile; then the
next look finds it as it is. Prices that are old, disputed or another exchange's change nothing.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import structlog

from common import wire
from common.clock import Clock
from common.errors import CryptoAssistantError
from common.market import Candle, Timeframe
from telegram_bot.paper.book import Auto, Change, Decided, Paper, Papers
from telegram_bot.paper.deciding import decide, last_opening
from telegram_bot.paper.prices import sure_candles, sure_price, terms_of
from telegram_bot.paper.wording import bought_text, show_rows, sold_text
from telegram_bot.people import People
from telegram_bot.ports import CandlesQuestion, MarketData, Reply
from telegram_bot.profiles import Profile
from telegram_bot.reader import reading_as
from telegram_bot.simulation.account import Trade
from telegram_bot.simulation.candles import candles_of
from telegram_bot.simulation.trading import Rule, Trader, live_through
from telegram_bot.work import Turn

log = structlog.get_logger(__name__)

EVERY_SECONDS = 3.0
_SETTLES = 2.0  # seconds after its end in which a candle is not to be expected
_MARK_EVERY = 3_600.0
_MOST_ASKED = 10  # markets a question
_MOST_MINUTES = 1_000
_SPARE_CANDLES = 60  # so many closes can be made up for after a pause


class Watch:
    """One look at everything, again and again."""

    def __init__(
        self, papers: Papers, market: MarketData, people: People, profile: Profile, clock: Clock
    ) -> None:
        self._papers = papers
        self._market = market
        self._people = people
        self._profile = profile
        self._clock = clock
        self._minutes: dict[tuple[str, float], Sequence[Candle]] = {}

    async def look(self, turn: Turn | None = None) -> None:
        """Look once; what fails for one account is logged and tried at the next look."""
        papers = await self._papers.busy()
        if not papers:
            return
        self._minutes = {}
        tickers = await self._tickers(papers)
        for paper in papers:
            try:
                await self._look_at(paper, tickers)
            except CryptoAssistantError as error:
                log.info("a paper account waits for prices", reason=str(error))
            except Exception:
                log.exception("a paper account could not be looked at")

    async def _tickers(self, papers: Sequence[Paper]) -> dict[str, wire.TickerReply]:
        symbols = sorted(
            {held.symbol for paper in papers for held in paper.account.positions}
            | {auto.symbol for paper in papers for auto in paper.autos}
        )
        found: dict[str, wire.TickerReply] = {}
        for first in range(0, len(symbols), _MOST_ASKED):
            reply = await self._market.tickers(symbols[first : first + _MOST_ASKED])
            found.update({ticker.symbol: ticker for ticker in reply.tickers})
        return found

    async def _look_at(self, paper: Paper, tickers: dict[str, wire.TickerReply]) -> None:
        now = self._clock.now().timestamp()
        prices = {
            symbol: price
            for symbol, ticker in tickers.items()
            if (price := sure_price(ticker, self._profile, now)) is not None
        }
        after, trades = await self._levels(paper, tickers, prices, now)
        if trades:
            await self._keep(after, trades, (), prices, now, None)
            return  # the rest is looked at next time, on what was kept
        for auto in paper.autos:
            if auto.symbol in prices:
                ticker, price = tickers[auto.symbol], prices[auto.symbol]
                if await self._decide(after, auto, ticker, price, prices, now):
                    return
        due = now - paper.marked_at >= _MARK_EVERY
        if due or after.account != paper.account or now - paper.looked_at >= 60:
            await self._keep(after, (), (), prices if due else {}, now, None)

    async def _levels(
        self,
        paper: Paper,
        tickers: dict[str, wire.TickerReply],
        prices: dict[str, Decimal],
        now: float,
    ) -> tuple[Paper, list[Trade]]:
        """Hold minutes that have closed since, and the price of now, against every position."""
        trades: list[Trade] = []
        for held in paper.account.positions:
            if held.symbol not in prices:
                return paper, trades  # nothing is passed over: this look did not happen
            terms = terms_of(tickers[held.symbol], self._profile)
            trader = Trader(held.symbol, paper.account, Rule(), terms)
            seen = max(paper.looked_at, held.opened_at)
            for candle in [
                *await self._minutes_since(held.symbol, seen, now),
                _at_once(prices[held.symbol], now),
            ]:
                trader, trade = live_through(trader, candle)
                if trade is not None:
                    trades.append(trade)
                    break
            paper = replace(paper, account=trader.account)
        until = now // 60 * 60
        return replace(paper, looked_at=max(until, paper.looked_at)), trades

    async def _minutes_since(self, symbol: str, since: float, now: float) -> Sequence[Candle]:
        """Return the minutes that opened after `since` and have closed, so that no wick is lost."""
        missing = int((now - _SETTLES) // 60 - since // 60)
        if missing < 1:
            return ()
        key = (symbol, since // 60)
        if key not in self._minutes:
            timeframe = Timeframe.M1 if missing <= _MOST_MINUTES else Timeframe.H1
            seconds = timeframe.seconds
            count = min(_MOST_MINUTES, missing * 60 // seconds + 1)
            reply = await self._market.candles(CandlesQuestion(symbol, timeframe, count))
            candles = candles_of(reply) if sure_candles(reply, self._profile) else []
            self._minutes[key] = candles
        return [one for one in self._minutes[key] if one.opened_at.timestamp() >= since]

    async def _decide(
        self,
        paper: Paper,
        auto: Auto,
        ticker: wire.TickerReply,
        price: Decimal,
        prices: dict[str, Decimal],
        now: float,
    ) -> bool:
        """Let a preset decide where a candle has closed; return whether anything was kept."""
        timeframe = Timeframe(auto.timeframe)
        if last_opening(timeframe, now - _SETTLES) <= auto.decided:
            return False
        count = min(1_000, auto.preset.candles_needed + _SPARE_CANDLES)
        reply = await self._market.candles(CandlesQuestion(auto.symbol, timeframe, count))
        if not sure_candles(reply, self._profile) or not reply.close:
            return False
        terms = terms_of(ticker, self._profile)
        turned = decide(paper, auto, candles_of(reply), price, now, terms)
        if not turned.decisions:
            return False  # the candle is not there yet
        trades = [turned.trade] if turned.trade is not None else []
        told = turned.decisions[-1] if turned.bought else None
        await self._keep(turned.paper, trades, turned.decisions, prices, now, told)
        return True

    async def _keep(
        self,
        paper: Paper,
        trades: Sequence[Trade],
        decisions: Sequence[Decided],
        prices: dict[str, Decimal],
        now: float,
        bought: Decided | None,
    ) -> None:
        reader = await self._people.reader(paper.chat)
        told: Reply | None = None
        with reading_as(reader):
            if trades:
                told = Reply(sold_text(trades, paper, self._profile, now), show_rows())
            elif bought is not None:
                told = Reply(bought_text(bought, paper, self._profile, now), show_rows())
        mark: tuple[float, Decimal] | None = None
        if prices and (trades or bought or now - paper.marked_at >= _MARK_EVERY):
            mark = (now, paper.account.worth(prices))
            paper = replace(paper, marked_at=now)
        change = Change(paper, trades, decisions, mark, told)
        if not await self._papers.save(change):
            log.info("a paper account has changed meanwhile")


def _at_once(price: Decimal, now: float) -> Candle:
    """Return a price alone as a candle."""
    at = datetime.fromtimestamp(now, UTC)
    return Candle(at, price, price, price, price, Decimal(0))
