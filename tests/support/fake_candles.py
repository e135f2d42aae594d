"""Closed candles of a market that does not exist: the same ones each time they are asked for."""

import random
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from common import wire
from telegram_bot.ports import CandlesQuestion
from tests.support.replies import AS_OF

_STEP = Decimal("0.01")


def fake_candles(
    symbol: str, price: str, have: int, question: CandlesQuestion
) -> wire.CandlesReply:
    """Return the newest candles before 08:12 UTC, the last of them closing near `price`.

    A cursor is the number of candles that came before.
    """
    length = question.timeframe.length
    first = int(question.cursor or 0)
    count = max(0, min(question.limit, have - first))
    closes = _walk(Decimal(price), have + 1)[have - first - count : have - first + 1]
    end = question.timeframe.opening(AS_OF) - first * length
    opened = [end - (count - number) * length for number in range(count)]
    opens, ends = closes[:-1], closes[1:]
    return wire.CandlesReply(
        source="binance",
        as_of=end,
        as_of_kind="clock",
        age_ms=0,
        stale=False,
        quality="single",
        symbol=symbol,
        timeframe=question.timeframe.value,
        price_step=_STEP,
        opened_at=opened,
        open=opens,
        high=[_near(max(pair), 30, at) for at, pair in enumerate(zip(opens, ends, strict=True))],
        low=[_near(min(pair), -30, at) for at, pair in enumerate(zip(opens, ends, strict=True))],
        close=ends,
        volume=[Decimal(number % 7 + 1) for number in range(count)],
        built_from=None,
        gaps=[],
        next_cursor=str(first + count) if first + count < have else None,
    )


def fake_indicators(
    candles: wire.CandlesReply, name: str, names: Sequence[wire.IndicatorName]
) -> wire.IndicatorsReply:
    """Return lines near the closes: what they are is not what is tested with them."""
    closes = candles.close
    lines: dict[str, dict[str, list[Decimal | None]]] = {
        "atr": {"value": [close / 80 for close in closes]},
        "ema": {"value": [close * Decimal("0.995") for close in closes]},
        "supertrend": {
            "up": [
                close * Decimal("0.97") if at % 40 < 25 else None for at, close in _numbered(closes)
            ],
            "down": [
                close * Decimal("1.03") if at % 40 >= 25 else None
                for at, close in _numbered(closes)
            ],
        },
    }
    return wire.IndicatorsReply(
        source="binance",
        as_of=AS_OF,
        as_of_kind="clock",
        age_ms=0,
        stale=False,
        quality="single",
        symbol=candles.symbol,
        name=name,
        timeframe=candles.timeframe,
        price_step=_STEP,
        close=closes[-1],
        closed_at=candles.as_of,
        next_close_at=candles.as_of,
        bars=len(closes),
        indicators=[
            wire.Indicator(
                name=one,
                parameters={},
                approximate=False,
                lines={key: series[-1] for key, series in lines[one].items()},
                series=lines[one],
            )
            for one in names
        ],
        opened_at=list[datetime](candles.opened_at),
        built_from=None,
        gaps=[],
        filled=0,
    )


def _near(price: Decimal, most: int, number: int) -> Decimal:
    """Return where a wick ends: at most so many hundredths of a percent away."""
    away = Decimal(most * (number * 7 % 11 + 1)) / 110_000
    return (price * (1 + away)).quantize(_STEP)


def _numbered(closes: Sequence[Decimal]) -> list[tuple[int, Decimal]]:
    return list(enumerate(closes))


def _walk(last: Decimal, count: int) -> list[Decimal]:
    """Return prices that end at `last`; earlier ones do not change with their number."""
    chance = random.Random(7)
    prices = [last]
    while len(prices) < count:
        step = Decimal(chance.randint(-90, 100)) / 10_000
        prices.append((prices[-1] * (1 + step)).quantize(_STEP))
    return prices[::-1]
