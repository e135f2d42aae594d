"""Paper accounts of a replayed day: positions with levels, and presets that trade on their own."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

from common import wire
from common.market import Candle, Timeframe
from telegram_bot.adapters.database import Database
from telegram_bot.paper.book import Auto, Change, Paper
from telegram_bot.paper.deciding import last_opening
from telegram_bot.ports import CandlesQuestion
from telegram_bot.simulation.account import Account, Position
from telegram_bot.simulation.presets import Preset
from telegram_bot.simulation.trading import Rule
from tests.support.fake_market import FakeMarket
from tests.support.replay_world import DAY, MINUTE, TICK, ReplayWorld
from tests.support.replies import candles_reply, ticker_reply

FIRST_CHAT = 9_000_000
START = DAY.timestamp() - 1
PRESET, SPAN = Preset("breakout", 3, Decimal(1)), Timeframe.M5
_CASH = Decimal(100_000)
_EACH_HAS_A_PRESET = 10  # of so many accounts one is traded by a preset, the others hold


class ReplayMarket(FakeMarket):
    """The day's prices and candles, as far as they are known by a clock in UTC seconds."""

    def __init__(self, world: ReplayWorld, now: Callable[[], float]) -> None:
        super().__init__()
        self._world, self._now = world, now
        self._candles = cache(lambda symbol: candles(world, symbol))

    async def tickers(self, words: Sequence[str]) -> wire.TickersReply:
        return wire.TickersReply(tickers=[self._ticker(symbol) for symbol in words], problems=[])

    async def candles(self, question: CandlesQuestion) -> wire.CandlesReply:
        now = self._now()
        known = [one for one in self._candles(question.symbol) if end_of(one) <= now]
        last = known[-question.limit :]
        return candles_reply(last, question.timeframe, symbol=question.symbol, source="simu")

    def _ticker(self, symbol: str) -> wire.TickerReply:
        track, tick = self._world.tracks[symbol], int(self._now() - DAY.timestamp()) // TICK
        return ticker_reply(
            symbol=symbol,
            source="simu",
            price=track.price(tick),
            price_step=track.step,
            as_of=datetime.fromtimestamp(DAY.timestamp() + tick * TICK, UTC),
            alertable=True,
        )


def candles(world: ReplayWorld, symbol: str) -> list[Candle]:
    """Return the candles that presets decide by."""
    many, track = SPAN.seconds // MINUTE, world.tracks[symbol]
    found = []
    for first in range(0, len(track.lows) - many + 1, many):
        bars = [track.bar(minute) for minute in range(first, first + many)]
        opened, began = datetime.fromtimestamp(bars[0].begins, UTC), bars[0].open
        assert began is not None
        low, high = min(bar.low for bar in bars), max(bar.high for bar in bars)
        found.append(Candle(opened, began, high, low, bars[-1].close, Decimal(1)))
    return found


def end_of(candle: Candle) -> float:
    return candle.opened_at.timestamp() + SPAN.seconds


def drawn(world: ReplayWorld, count: int, seed: int) -> list[Paper]:
    """Return accounts as they are before the day begins."""
    chance = random.Random(seed)
    symbols = sorted(world.tracks)
    found = []
    for number in range(count):
        paper = Paper(FIRST_CHAT + number, 0, Account(_CASH), _CASH, START, marked_at=START)
        if number % _EACH_HAS_A_PRESET == 0:
            symbol = symbols[number // _EACH_HAS_A_PRESET % len(symbols)]
            rule = Rule(Decimal(1), Decimal(2), trails=True)
            auto = Auto(symbol, SPAN.value, PRESET, rule, last_opening(SPAN, START))
            found.append(paper.with_auto(auto, symbol))
            continue
        held = tuple(_position(world, symbol, chance) for symbol in chance.sample(symbols, k=3))
        found.append(replace(paper, account=Account(_CASH, held)))
    return found


def _position(world: ReplayWorld, symbol: str, chance: random.Random) -> Position:
    """Return one of a unit, with a stop, and a target or a stop that follows."""
    track = world.tracks[symbol]
    price, first = track.price(0), track.ticks[0]
    away = track.step * max(2, round(first * chance.uniform(0.002, 0.03)))
    held = Position(symbol, Decimal(1), price, START, stop=price - away, best=price)
    held = replace(held, step=track.step)
    if chance.random() < 0.5:
        return replace(held, trail=away)
    return replace(held, target=price + away * 2)


async def put(base: Database, papers: Sequence[Paper]) -> None:
    """Keep accounts in an empty database."""
    for paper in papers:
        assert await base.papers.save(Change(paper))
