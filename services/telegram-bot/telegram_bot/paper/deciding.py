"""A preset at the close of a candle: pure, from the candles to the order and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from common.market import Candle, Timeframe
from telegram_bot.paper.book import Auto, Decided, Paper
from telegram_bot.simulation.account import Trade
from telegram_bot.simulation.presets import Decision
from telegram_bot.simulation.terms import Terms
from telegram_bot.simulation.trading import Trader, fill

LATE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Turned:
    """What new candles brought.

    Attributes:
        paper: With the candles seen and the order filled.
        decisions: One for each new candle, oldest first.
        bought: Whether a position was opened; a trade says that one was closed.
    """

    paper: Paper
    decisions: Sequence[Decided]
    trade: Trade | None = None
    bought: bool = False


def last_opening(timeframe: Timeframe, now: float) -> float:
    """Return when the last candle that has closed by `now` opened, UTC seconds."""
    opening = timeframe.opening(datetime.fromtimestamp(now, UTC))
    return opening.timestamp() - timeframe.seconds


def decide(
    paper: Paper, auto: Auto, candles: Sequence[Candle], price: Decimal, now: float, terms: Terms
) -> Turned:
    """Let the preset see all candles, and act on what it decided at those that it had not seen.

    After a pause several candles are new: the last event among them counts, and is filled at the
    price of now, because no other price was to be had.

    Args:
        candles: Closed ones, oldest first, enough of them to settle the preset.
        price: The first one since.
    """
    strategy = auto.preset.strategy()
    fresh: list[tuple[Candle, Decision]] = []
    for candle in candles:
        decision = strategy.see(candle)
        if candle.opened_at.timestamp() > auto.decided:
            fresh.append((candle, decision))
    if not fresh:
        return Turned(paper, ())
    events = [decision for _, decision in fresh if decision.action != "wait"]
    order = events[-1] if events else None
    before = paper.account.position(auto.symbol)
    trader = Trader(auto.symbol, paper.account, auto.rule, terms, order)
    trader, trade = fill(trader, price, now)
    after = trader.account.position(auto.symbol)
    bought = before is None and after is not None
    followed = _followed(order, before is not None, bought)
    seconds = Timeframe(auto.timeframe).seconds
    decisions = [
        _decided(auto, candle, decision, seconds, followed if decision is order else "nothing")
        for candle, decision in fresh
    ]
    seen = replace(auto, decided=fresh[-1][0].opened_at.timestamp())
    paper = replace(paper, account=trader.account).with_auto(seen, auto.symbol)
    return Turned(paper, decisions, trade, bought)


def _followed(order: Decision | None, held: bool, bought: bool) -> str:
    if order is None:
        return "nothing"
    if order.action == "leave":
        return "sold" if held else "nothing held"
    if held:
        return "held already"
    return "bought" if bought else "too little"


def _decided(
    auto: Auto, candle: Candle, decision: Decision, seconds: int, followed: str
) -> Decided:
    return Decided(
        at=candle.opened_at.timestamp() + seconds,
        symbol=auto.symbol,
        timeframe=auto.timeframe,
        preset=auto.preset,
        action=decision.action,
        trend=decision.trend,
        close=candle.close,
        level=decision.level,
        atr=decision.atr,
        followed=followed,
    )
