"""Charts of a market that does not exist, for looking at: what they show never changes."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytz

from common import wire
from common.market import Timeframe
from telegram_bot.charts.compose import Look, axis_writer, chart_of
from telegram_bot.charts.drawing import Chart, Curve, Line, Words
from telegram_bot.formatting.chart import months
from telegram_bot.ports import CandlesQuestion
from telegram_bot.reader import Reader, reading_as
from tests.support.fake_candles import fake_candles, fake_indicators
from tests.support.replies import ticker_reply

BERLIN = Reader(zone=pytz.timezone("Europe/Berlin"))
GERMAN = Reader("de", pytz.timezone("Europe/Berlin"), "1.234,56")
NAMES: tuple[wire.IndicatorName, ...] = ("atr", "supertrend", "ema")


def drawn(
    look: Look, reader: Reader = BERLIN, timeframe: Timeframe = Timeframe.H4, **ticker: Any
) -> Chart:
    """Return a chart of `look.bars` candles that end near 67,250."""
    question = CandlesQuestion("BTC-USDT", timeframe, look.bars)
    candles = fake_candles("BTC-USDT", "67250.10", 1_000, question)
    told = ticker_reply(**ticker)
    if told.price < 1:  # as cheap as that price is
        candles = _scaled(candles, told.price / Decimal("67250.10"), told.price_step)
    with reading_as(reader):
        return chart_of(candles, fake_indicators(candles, "Bitcoin", NAMES), told, look)


def equity(reader: Reader = BERLIN) -> Curve:
    """Return a curve that wins, beside one that holds."""
    candles = fake_candles("BTC-USD", "67250.10", 1_000, CandlesQuestion("BTC", Timeframe.D1, 300))
    held = [float(close / candles.close[0] * 10_000) for close in candles.close]
    won = [value + number * 9 for number, value in enumerate(held)]
    with reading_as(reader):
        write = axis_writer()
        words = Words(
            "Backtest · BTC/USD · 1d", "Supertrend 10, 3 · 300 candles", "SIMULATED", months()
        )
    return Curve(
        words,
        [datetime.fromtimestamp(at.timestamp(), UTC) for at in candles.opened_at],
        reader.zone,
        write,
        [Line("curve", won), Line("held", held)],
        ["Preset +54.20%", "Holding +28.11%"],
    )


def _scaled(candles: wire.CandlesReply, by: Decimal, step: Decimal) -> wire.CandlesReply:
    columns = {
        name: [value * by for value in getattr(candles, name)]
        for name in ("open", "high", "low", "close")
    }
    return msgspec.structs.replace(candles, price_step=step, **columns)
