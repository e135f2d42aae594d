"""The core that paper trading, presets and backtests share."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.market import Candle
from market_data.indicators.chandelier import chandeliers
from market_data.indicators.supertrend import supertrends
from telegram_bot.simulation.account import Account
from telegram_bot.simulation.backtest import Backtest, Outcome
from telegram_bot.simulation.presets import USUAL, Decision, Name, Preset
from telegram_bot.simulation.terms import Terms
from telegram_bot.simulation.trading import Rule, Trader, fill, live_through

STEP = Decimal("0.01")
FREE = Terms(Decimal(0), Decimal(0), STEP, Decimal("0.00001"))
DEAR = Terms(Decimal("0.4"), Decimal("0.05"), STEP, Decimal("0.00001"))
START = Decimal(10_000)
BTC = "BTC-USD"
PRESETS = [USUAL["st"], USUAL["chandelier"], Preset("breakout", 14, Decimal("1.2"))]


def walk(count: int, seed: int = 1, moves: int = 150) -> list[Candle]:
    """Return candles that wander, some hundredths of a percent each."""
    chance = random.Random(seed)
    price, at = Decimal(1_000), datetime(2026, 1, 1, tzinfo=UTC)
    found = []
    for _ in range(count):
        after = (price * (1 + Decimal(chance.randint(-moves, moves)) / 10_000)).quantize(STEP)
        high = max(price, after) + STEP * chance.randint(0, 400)
        low = min(price, after) - STEP * chance.randint(0, 400)
        found.append(Candle(at, price, high, low, after, Decimal(1)))
        price, at = after + STEP * chance.randint(-100, 100), at + timedelta(hours=4)
    return found


def outcome_of(
    candles: Sequence[Candle],
    preset: Preset,
    rule: Rule = Rule(),
    terms: Terms = DEAR,
    warm_up: int = 50,
) -> Outcome:
    backtest = Backtest(preset, BTC, rule, terms, START)
    for _ in backtest.run(candles, warm_up):
        pass
    return backtest.outcome()


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
@settings(max_examples=12, deadline=None)
@given(st.integers(60, 290), st.integers(0, 10_000))
def test_what_has_happened_does_not_change_with_what_comes(
    preset: Preset, now: int, seed: int
) -> None:
    """Scramble the future: decisions, fills and the account up to now stay the same."""
    past = walk(300, seed=7)
    future = past[now:]
    random.Random(seed).shuffle(future)
    scrambled = past[:now] + [
        replace(one, opened_at=at.opened_at) for one, at in zip(future, past[now:], strict=True)
    ]
    rule = Rule(Decimal(1), Decimal(2), trails=True)

    straight, other = outcome_of(past, preset, rule), outcome_of(scrambled, preset, rule)

    closed = now - 50
    until = past[now - 1].opened_at.timestamp()
    assert straight.worth[: closed - 1] == other.worth[: closed - 1]
    assert [trade for trade in straight.trades if trade.closed_at < until] == [
        trade for trade in other.trades if trade.closed_at < until
    ]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_an_order_is_filled_at_the_opening_after_its_decision(preset: Preset) -> None:
    candles = walk(600)
    openings = {one.opened_at.timestamp(): one.open for one in candles}
    strategy = preset.strategy()
    decided = [strategy.see(one).action for one in candles]

    outcome = outcome_of(candles, preset, terms=FREE)

    by_preset = [trade for trade in outcome.trades if trade.reason == "preset"]
    assert by_preset
    for trade in by_preset:
        assert trade.price == openings[trade.closed_at]
        at = next(
            n for n, one in enumerate(candles) if one.opened_at.timestamp() == trade.closed_at
        )
        assert decided[at - 1] == "leave"


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
@pytest.mark.parametrize("rule", [Rule(), Rule(Decimal(1), Decimal(2))])
def test_no_money_is_made_or_lost_on_the_way(preset: Preset, rule: Rule) -> None:
    outcome = outcome_of(walk(500, seed=3), preset, rule)

    assert outcome.worth[-1] == START + sum(trade.profit for trade in outcome.trades)


def test_fees_and_slippage_only_ever_cost() -> None:
    candles = walk(500)

    free, dear = (outcome_of(candles, USUAL["st"], terms=terms) for terms in (FREE, DEAR))

    assert dear.worth[-1] < free.worth[-1]
    assert dear.held[-1] < free.held[-1]
    assert len(dear.trades) == len(free.trades)


def test_supertrend_turns_when_market_data_says_so() -> None:
    candles = walk(400)
    shown = supertrends(candles, STEP, last=390)

    strategy = USUAL["st"].strategy()
    decisions = [strategy.see(one) for one in candles][-390:]

    assert [one.trend for one in decisions] == [one.direction if one else None for one in shown]
    assert all(
        decision.level == pytest.approx(float(one.flips_at), abs=0.006)
        for one, decision in zip(shown, decisions, strict=True)
        if one is not None and decision.action == "wait"
    )
    for candle, decision in zip(candles[-390:], decisions, strict=True):
        if decision.action != "wait":
            assert decision.level is not None
            assert (candle.close > decision.level) is (decision.action == "enter")
    assert {one.action for one in decisions} == {"enter", "leave", "wait"}


def test_the_chandelier_is_measured_by_the_exits_of_the_candle_before() -> None:
    candles = walk(300, moves=250)
    exits = chandeliers(candles, STEP, last=279)
    strategy = USUAL["chandelier"].strategy()
    decisions = [strategy.see(one) for one in candles][-278:]

    for before, candle, decision in zip(exits, candles[-278:], decisions):
        assert before is not None
        if decision.action == "enter":
            assert candle.close > before.short - STEP
        if decision.action == "leave":
            assert candle.close < before.long + STEP


def test_a_breakout_is_measured_by_the_atr_of_the_candle_before() -> None:
    candles = walk(60, moves=20)
    preset = USUAL["breakout"]
    strategy = preset.strategy()
    decisions = [strategy.see(one) for one in candles]
    atr, last = decisions[-1].atr, candles[-1].close
    assert atr is not None
    reach = (Decimal(repr(2 * atr)) + STEP).quantize(STEP)
    close = last + reach
    after = Candle(
        candles[-1].opened_at + timedelta(hours=4), last, close + 50, last - STEP, close, Decimal(1)
    )

    assert strategy.see(after).action == "enter"


def candle(opened: str, high: str, low: str, close: str) -> Candle:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Candle(at, Decimal(opened), Decimal(high), Decimal(low), Decimal(close), Decimal(1))


def holding(rule: Rule, atr: float = 10.0) -> Trader:
    """Return a trader who has just bought at 100."""
    order = Decision("enter", atr=atr)
    trader, _ = fill(Trader(BTC, Account(START), rule, FREE, order), Decimal(100), 0.0)
    return trader


@pytest.mark.parametrize(
    ("candles", "sold", "why"),
    [
        (["100 105 79 90"], "80", "stop"),
        (["70 75 60 72"], "70", "stop"),  # opens below it: less than asked
        (["100 141 79 120"], "80", "stop"),  # both within one candle: the worse one
        (["100 141 95 120"], "140", "target"),
        (["150 160 145 150"], "150", "target"),
    ],
)
def test_levels_are_hit_in_the_worse_order(candles: list[str], sold: str, why: str) -> None:
    trader = holding(Rule(stop_atr=Decimal(2)))
    held = trader.account.position(BTC)
    assert held is not None
    held = replace(held, target=Decimal(140))
    trader = replace(trader, account=trader.account.with_position(held, BTC))

    trades = []
    for text in candles:
        trader, trade = live_through(trader, candle(*text.split()))
        trades.append(trade)

    assert trades[-1] is not None
    assert (trades[-1].price, trades[-1].reason) == (Decimal(sold), why)


def test_a_trailing_stop_follows_a_high_only_after_its_candle() -> None:
    trader = holding(Rule(stop_atr=Decimal(2), trails=True))

    trader, first = live_through(trader, candle("100", "150", "90", "140"))
    trader, second = live_through(trader, candle("140", "141", "131", "135"))
    trader, third = live_through(trader, candle("135", "136", "125", "128"))

    assert first is None and second is None
    assert third is not None and (third.price, third.reason) == (Decimal(130), "trailing stop")


def test_risk_sets_the_size_and_the_cap_cuts_it() -> None:
    by_risk = holding(Rule(Decimal(1), Decimal(2)))
    capped = holding(Rule(Decimal(1), Decimal(2), most=Decimal(300)))

    held, less = by_risk.account.position(BTC), capped.account.position(BTC)
    assert held is not None and less is not None
    assert held.quantity * 20 == START / 100  # what the stop costs
    assert less.cost <= 300 < held.cost


def test_a_stop_that_would_be_no_price_buys_nothing() -> None:
    trader = holding(Rule(Decimal(1), Decimal(2)), atr=60.0)

    assert trader.account == Account(START)


@pytest.mark.parametrize("name", ["st", "chandelier", "breakout"])
def test_too_few_candles_trade_nothing(name: Name) -> None:
    outcome = outcome_of(walk(8), USUAL[name], warm_up=5)

    assert (list(outcome.trades), outcome.worth[-1]) == ([], START)
