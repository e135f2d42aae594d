"""The watch at the lease: levels, and presets that decide once a candle."""

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
from telegram_bot.paper.book import Auto, Change, Paper, PassingPapers
from telegram_bot.paper.deciding import last_opening
from telegram_bot.paper.watching import Watch
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

    async def tickers(self, words: Any) -> wire.TickersReply:
        await self._answer("tickers")
        said = {"symbol": BTC, "source": "simu", "quality": "simulated", "alertable": True}
        assert self.clock is not None
        said |= {"as_of": self.clock.now(), "price": Decimal(100), **self.ticker}
        return wire.TickersReply(tickers=[ticker_reply(**said)], problems=[])

    async def candles(self, question: CandlesQuestion) -> wire.CandlesReply:
        self.asked.append(question)
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
    """A watch over one account that holds 5 BTC, bought at 100 an hour ago."""

    clock: FrozenClock
    market: Market
    papers: PassingPapers
    profile: Profile

    async def look(self) -> Paper:
        watch = Watch(self.papers, self.market, Strangers(), self.profile, self.clock)
        await watch.look()
        found = await self.papers.find(CHAT)
        assert found is not None
        return found

    async def hold(self, **levels: Any) -> None:
        position = Position(BTC, Decimal(5), Decimal(500), NOW - 3_600, best=Decimal(100), **levels)
        paper = Paper(CHAT, 0, Account(Decimal(9_500), (position,)), Decimal(10_000), 0.0, NOW)
        assert await self.papers.save(Change(paper))


@pytest.fixture
def desk() -> Desk:
    clock = FrozenClock(AS_OF)
    free = {"fee_pct": Decimal(0), "slippage_pct": Decimal(0)}
    profile = msgspec.structs.replace(load("SIMU"), **free)
    return Desk(clock, Market(clock), PassingPapers(), profile)


async def test_a_stop_sells_at_the_price_that_passed_it_and_says_so(desk: Desk) -> None:
    await desk.hold(stop=Decimal(90))
    before = await desk.look()
    desk.market.ticker["price"] = Decimal("89.50")

    after = await desk.look()

    assert before.account.positions and not after.account.positions
    assert after.account.cash == Decimal(9_500) + 5 * Decimal("89.50")
    ((chat, told),) = desk.papers.told
    assert chat == CHAT and "BTC/USD: stop hit at 89.50" in told.text
    assert "-52.50 (-10.50%)" in told.text


async def test_a_wick_between_two_looks_counts_once_its_minute_has_closed(desk: Desk) -> None:
    await desk.hold(stop=Decimal(90), target=Decimal(150))
    minute = AS_OF
    desk.clock.advance(63)
    desk.market.series["1m"] = [(minute, "100", "101", "89", "100")]

    after = await desk.look()

    assert not after.account.positions
    assert after.account.cash == Decimal(9_500) + 5 * 90


async def test_minutes_before_a_position_was_opened_are_not_its_business(desk: Desk) -> None:
    await desk.hold(stop=Decimal(90))
    paper = await desk.papers.find(CHAT)
    assert paper is not None
    late = replace(paper.account.positions[0], opened_at=NOW + 30)
    moved = replace(paper, account=replace(paper.account, positions=(late,)))
    assert await desk.papers.save(Change(moved))
    desk.clock.advance(63)
    desk.market.series["1m"] = [(AS_OF, "100", "101", "89", "100")]

    assert (await desk.look()).account.positions


async def test_a_trailing_stop_follows_and_sells(desk: Desk) -> None:
    await desk.hold(stop=Decimal(90), trail=Decimal(10))
    for price in ("120", "115"):
        desk.market.ticker["price"] = Decimal(price)
        await desk.look()
    desk.market.ticker["price"] = Decimal("109.99")

    after = await desk.look()

    assert not after.account.positions
    assert "trailing stop hit at 109.99" in desk.papers.told[-1][1].text


@pytest.mark.parametrize(
    "ticker",
    [{"stale": True}, {"alertable": False}, {"source": "kraken"}, {"as_of": AS_OF - timedelta(90)}],
)
async def test_a_price_that_is_not_sure_changes_nothing(desk: Desk, ticker: dict[str, Any]) -> None:
    await desk.hold(stop=Decimal(90))
    desk.market.ticker = {"price": Decimal(10), **ticker}

    after = await desk.look()

    assert after.account.positions and not desk.papers.told
    assert after.looked_at == NOW


async def test_what_happened_while_nobody_watched_is_made_up_for(desk: Desk) -> None:
    await desk.hold(stop=Decimal(90))
    desk.clock.advance(3 * 3_600)
    desk.market.series["1m"] = [
        (AS_OF + timedelta(minutes=number), "100", "101", "80" if number == 40 else "99", "100")
        for number in range(179)
    ]

    after = await desk.look()

    (trade,) = await desk.papers.trades(CHAT)
    assert not after.account.positions
    assert trade.closed_at == NOW // 60 * 60 + 40 * 60
    assert "nobody watched then" in desk.papers.told[-1][1].text


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


async def automate(desk: Desk, preset: Preset = USUAL["st"], seen: int = 1) -> None:
    """Let a preset trade that has not seen the last `seen` candles."""
    decided = last_opening(Timeframe.H4, NOW) - seen * 4 * 3_600
    rule = Rule(Decimal(1), Decimal(2), Decimal(1_000))
    auto = Auto(BTC, "4h", preset, rule, decided)
    paper = Paper(CHAT, 0, Account(Decimal(10_000)), Decimal(10_000), 0.0, NOW, autos=(auto,))
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
    assert "Supertrend 10, 3 bought" in told.text and "is above" in told.text


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
    await desk.hold(stop=Decimal(90))
    desk.market.failure = Unavailable("down")
    watch = Watch(desk.papers, desk.market, Strangers(), desk.profile, desk.clock)

    with pytest.raises(Unavailable):
        await watch.look()
    desk.market.failure, desk.market.ticker = None, {"price": Decimal(80)}

    assert not (await desk.look()).account.positions
