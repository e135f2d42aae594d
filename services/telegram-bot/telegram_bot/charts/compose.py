"""What market-data says about a market, as a chart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from common.wire import CandlesReply, IndicatorsReply, TickerReply
from telegram_bot.charts.drawing import Bars, Chart, Line, Role, Words, Write
from telegram_bot.formatting.chart import months, picture_facts, picture_warning
from telegram_bot.formatting.numbers import price, spread
from telegram_bot.formatting.source import shown
from telegram_bot.reader import _, reader, reading_as

Overlay = Literal["atr", "st", "ema20"]
BAND = 2  # ATRs from the close to the lines of the overlay `atr`: a usual stop

_Series = Mapping[datetime, Decimal | None]


@dataclass(frozen=True, slots=True)
class Look:
    """How a chart is to look.

    Attributes:
        bars: How many candles.
    """

    bars: int = 120
    style: Literal["candle", "line"] = "candle"
    overlays: tuple[Overlay, ...] = ()
    dark: bool = False


def chart_of(
    candles: CandlesReply, studies: IndicatorsReply | None, ticker: TickerReply, look: Look
) -> Chart:
    """Return the chart of one market.

    Args:
        studies: None where the market is too young for them.
        ticker: Of the last price; its source and quality are named in the picture.
    """
    bars = bars_of(candles)
    known = _known(studies)
    market = shown(candles.symbol)
    written = price(ticker.price, ticker.price_step)
    return Chart(
        words=Words(
            title=f"{market.shown} · {candles.timeframe}",
            facts=picture_facts(ticker, len(bars.close)),
            warning=picture_warning(ticker),
            months=months(),
        ),
        bars=bars,
        zone=reader().zone,
        write=axis_writer(),
        price=(float(ticker.price), written),
        overlays=[line for name in look.overlays for line in _overlay(name, candles, known)],
        panel=_panel(candles, known),
        volume=_("Volume"),
        style=look.style,
        dark=look.dark,
    )


def bars_of(candles: CandlesReply) -> Bars:
    """Return the columns as floats: they end as pixels."""
    return Bars(
        candles.opened_at,
        [float(value) for value in candles.open],
        [float(value) for value in candles.high],
        [float(value) for value in candles.low],
        [float(value) for value in candles.close],
        [float(value) for value in candles.volume],
    )


def axis_writer() -> Write:
    """Return what writes the round values of an axis for who reads now, in whatever thread."""
    who = reader()

    def write(value: Decimal, step: Decimal) -> str:
        with reading_as(who):
            return price(value, step)

    return write


def _known(studies: IndicatorsReply | None) -> dict[str, _Series]:
    """Return each line of the indicators by the candle that it belongs to."""
    if studies is None or studies.opened_at is None:
        return {}
    return {
        f"{one.name}.{name}": dict(zip(studies.opened_at, series))
        for one in studies.indicators
        for name, series in (one.series or {}).items()
    }


def _line(role: Role, candles: CandlesReply, series: _Series | None, name: str = "") -> Line:
    found = [series.get(at) if series else None for at in candles.opened_at]
    return Line(role, [None if value is None else float(value) for value in found], name)


def _panel(candles: CandlesReply, known: Mapping[str, _Series]) -> tuple[Line, str] | None:
    line = _line("atr_band", candles, known.get("atr.value"), "ATR 14")
    if "atr.value" not in known or not any(value is not None for value in line.values):
        return None
    last = [value for value in known["atr.value"].values() if value is not None][-1]
    return line, spread(last, candles.price_step)


def _overlay(name: Overlay, candles: CandlesReply, known: Mapping[str, _Series]) -> Sequence[Line]:
    if name == "ema20":
        return [_line("average", candles, known.get("ema.value"), "EMA 20")]
    if name == "st":
        return [
            _line("trend_up", candles, known.get("supertrend.up"), "Supertrend 10, 3"),
            _line("trend_down", candles, known.get("supertrend.down")),
        ]
    atr = _line("atr_band", candles, known.get("atr.value")).values
    pairs = list(zip((float(close) for close in candles.close), atr, strict=True))
    below = [None if value is None else close - BAND * value for close, value in pairs]
    above = [None if value is None else close + BAND * value for close, value in pairs]
    title = _("{multiple} ATR from the close").format(multiple=BAND)
    return [Line("atr_band", below, title), Line("atr_band", above)]
