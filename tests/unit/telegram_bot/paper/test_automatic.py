"""Presets at the lease: they decide once a candle."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from common import wire
from common.clock import FrozenClock
from common.errors import Unavailable
from common.market import Candle, Timeframe
from telegram_bot.paper.automatic import Automatic
from telegram_bot.paper.book import Auto, Change, Paper, PassingPapers
from telegram_bot.paper.deciding import last_opening
from telegram_bot.people import Strangers
from telegram_bot.ports import CandlesQuestion
from telegram_bot.profiles import Profile, load
from telegram_bot.simulation.account import Account, Position
from telegram_bot.simulation.presets import USUAL, Preset
from telegram_bot.simulation.trading import Rule
from tests.support.fake_market import FakeMarket
from tests.support.replies import AS_OF, ticker_reply

BTC = "BTC-USD"
CHAT = 7
NOW = AS_OF.timestamp()


class Market(FakeMarket):
    """One market whose candles a test writes down.

    Attributes:
        ticker: What the next tickers say.
        series: Candles by timeframe: opening time, open, high, low, close.
    """

    def __init__(self, clock: FrozenClock) -> None:
        super().__init__()
        self.clock = clock
        self.ticker: dict[str, Any] = {}
        self.series: dict[str, list[tuple[datetime, str, str, str, str]]] = {}
        self.source = "simu"
        self.candles_failure: Unavailable | None = None

    async def tickers(self, words: Any) -> wire.TickersReply:
        if not self.listed:
            return await super().tickers(words)
        await self._answer("tickers")
        said = {"symbol": BTC, "source": "simu", "quality": "simulated", "alertable": True}
        assert self.clock is not None
        said |= {"as_of": self.clock.now(), "price": Decimal(100), **self.ticker}
        return wire.TickersReply(tickers=[ticker_reply(**said)], problems=[])

    async def candles(self, question: CandlesQuestion) -> wire.CandlesReply:
        self.asked.append(question)
        if self.candles_failure is not None:
            raise self.candles_failure
        rows = self.series.get(question.timeframe.value, [])[-question.limit :]
        columns = [list(column) for column in zip(*rows)] or [[]] * 5
        prices = [[Decimal(value) for value in column] for column in columns[1:]]
        return wire.CandlesReply(
            source=self.source,
            as_of=AS_OF,
            as_of_kind="clock",
            age_ms=0,
            stale=False,
            quality="simulated",
            symbol=BTC,
            timeframe=question.timeframe.value,
            price_step=Decimal("0.01"),
            opened_at=columns[0],
            open=prices[0],
            high=prices[1],
            low=prices[2],
            close=prices[3],
            volume=[Decimal(1)] * len(rows),
            built_from=None,
            gaps=[],
            next_cursor=None,
        )


@dataclass
class Desk:
    """Presets that look after one account."""

    clock: FrozenClock
    market: Market
    papers: PassingPapers
    profile: Profile

    async def look(self) -> Paper:
        strangers = Strangers()
        await Automatic(self.papers, self.market, strangers, self.profile, self.clock).look()
        found = await self.papers.find(CHAT)
        assert found is not None
        return found

    async def hold(self, **levels: Any) -> None:
        position = Position(BTC, Decimal(5), Decimal(500), NOW - 3_600, best=Decimal(100), **levels)
        paper = Paper(CHAT, 0, Account(Decimal(9_500), (position,)), Decimal(10_000), 0.0)
        assert await self.papers.save(Change(paper))


@pytest.fixture
def desk() -> Desk:
    clock = FrozenClock(AS_OF)
    free = {"fee_pct": Decimal(0), "slippage_pct": Decimal(0)}
    profile = msgspec.structs.replace(load("SIMU"), **free)
    return Desk(clock, Market(clock), PassingPapers(), profile)


async def test_a_change_by_its_owner_at_the_same_time_wins(desk: Desk) -> None:
    await desk.hold(stop=Decimal(90))
    paper = await desk.papers.find(CHAT)
    assert paper is not None
    stale = Change(replace(paper, version=0))

    assert not await desk.papers.save(stale)
    assert await desk.papers.save(Change(paper))


def rising(count: int, last: int) -> list[tuple[datetime, str, str, str, str]]:
    """Return 4-hour candles that fall, the last few of which rise fast: Supertrend turns up."""
    end = datetime.fromtimestamp(last_opening(Timeframe.H4, NOW), AS_OF.tzinfo)
    closes = [200 - number * 0.2 for number in range(count - last)]
    closes += [closes[-1] + 12 * number for number in range(1, last + 1)]
    rows = []
    for number, close in enumerate(closes):
        before = closes[number - 1] if number else close
        high, low = max(before, close) + 0.5, min(before, close) - 0.5
        at = end - timedelta(hours=4) * (count - 1 - number)
        rows.append((at, *(f"{value:.2f}" for value in (before, high, low, close))))
    return rows  # type: ignore[return-value]


async def automate(
    desk: Desk, preset: Preset = USUAL["st"], seen: int = 1, chat: int = CHAT
) -> None:
    """Let a preset trade that has not seen the last `seen` candles."""
    decided = last_opening(Timeframe.H4, NOW) - seen * 4 * 3_600
    rule = Rule(Decimal(1), Decimal(2), Decimal(1_000))
    auto = Auto(BTC, "4h", preset, rule, decided)
    paper = Paper(chat, 0, Account(Decimal(10_000)), Decimal(10_000), 0.0, autos=(auto,))
    assert await desk.papers.save(Change(paper))


def turning() -> list[tuple[datetime, str, str, str, str]]:
    """Return candles at the last of which Supertrend turns up."""
    for last in range(1, 6):
        rows = rising(300, last)
        strategy = USUAL["st"].strategy()
        for at, *prices in rows:
            opened, high, low, close = (Decimal(value) for value in prices)
            decision = strategy.see(Candle(at, opened, high, low, close, Decimal(1)))
        if decision.action == "enter":
            return rows
    raise AssertionError("it never turns")


async def test_a_preset_buys_once_at_the_close_that_turns_it_and_says_why(desk: Desk) -> None:
    await automate(desk)
    desk.market.series["4h"] = turning()

    first = await desk.look()
    second = await desk.look()

    (held,) = first.account.positions
    assert held.stop is not None and held.cost <= 1_000
    assert second.account.positions == first.account.positions
    decisions = await desk.papers.decisions(CHAT)
    assert [(one.action, one.followed) for one in decisions] == [("enter", "bought")]
    ((_, told),) = desk.papers.told
    assert "Supertrend 10, 3 bought" in told.text and "the trend turned up" in told.text


async def test_candles_are_asked_for_once_however_many_accounts_decide_by_them(desk: Desk) -> None:
    chats = range(CHAT, CHAT + 5)
    for chat in chats:
        await automate(desk, chat=chat)
    desk.market.series["4h"] = turning()
    desk.market.candles_failure = Unavailable("gone")
    await desk.look()
    asked = [len(desk.market.asked)]
    desk.market.candles_failure = None
    await desk.look()
    asked.append(len(desk.market.asked))

    assert asked == [1, 2]
    papers = [await desk.papers.find(chat) for chat in chats]
    assert all(paper is not None and paper.account.positions for paper in papers)


async def test_after_a_pause_every_candle_is_explained_and_the_last_event_counts(
    desk: Desk,
) -> None:
    await automate(desk, seen=4)
    desk.market.series["4h"] = turning()

    paper = await desk.look()

    decisions = await desk.papers.decisions(CHAT)
    assert len(decisions) == 4
    assert [one.followed for one in decisions] == ["bought", "nothing", "nothing", "nothing"]
    assert paper.account.positions


async def test_candles_of_another_exchange_decide_nothing(desk: Desk) -> None:
    await automate(desk)
    desk.market.series["4h"] = turning()
    desk.market.source = "kraken"

    paper = await desk.look()

    assert not paper.account.positions
    assert not await desk.papers.decisions(CHAT)


async def test_without_market_data_the_next_look_finds_everything_as_it_was(desk: Desk) -> None:
    await automate(desk)
    desk.market.series["4h"] = turning()
    desk.market.failure = Unavailable("down")
    with pytest.raises(Unavailable):
        await desk.look()
    desk.market.failure = None

    assert (await desk.look()).account.positions


async def told(desk: Desk) -> list[str]:
    return [reply.text for _chat, reply in desk.papers.told]


async def test_an_owner_is_told_once_that_a_market_has_had_no_price_for_a_day(desk: Desk) -> None:
    await desk.hold(stop=Decimal(90))
    desk.market.ticker = {"stale": True}

    for hours in (0, 23, 2, 30):
        desk.clock.advance(hours * 3_600)
        paper = await desk.look()

    (text,) = await told(desk)
    assert text.startswith("🔕 <b>I can no longer watch BTC/USD.</b>\nIt has had no price")
    assert "rests with its stop" in text
    assert [one.told for one in paper.unpriced] == [True]
    desk.market.ticker = {}
    assert (await desk.look()).unpriced == ()


async def test_a_price_that_comes_back_in_time_is_no_news(desk: Desk) -> None:
    await desk.hold()
    for stale in (True, False, True):
        desk.market.ticker = {"stale": stale}
        desk.clock.advance(20 * 3_600)
        await desk.look()
        await desk.look()

    assert await told(desk) == []


async def test_a_market_that_nobody_lists_is_told_of_after_minutes(desk: Desk) -> None:
    await desk.hold()
    desk.market.listed = []
    await desk.look()
    desk.clock.advance(601)
    await desk.look()

    (text,) = await told(desk)
    assert "No exchange that I ask lists it any more" in text
