"""/chart: candles, volume and average true range as a picture."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from common import wire
from common.errors import NotEnoughCandles, Unavailable
from common.market import Timeframe
from telegram_bot.charts.compose import chart_of
from telegram_bot.commands import Command, Request, Services
from telegram_bot.commands.chart_words import OVERLAYS, ChartWords, read
from telegram_bot.commands.listed import timeframes_of
from telegram_bot.commands.price import which_coin
from telegram_bot.commands.usual import asked_as_usual
from telegram_bot.commands.words import words_of
from telegram_bot.formatting.chart import chart_caption
from telegram_bot.formatting.other_quote import noted
from telegram_bot.formatting.source import asked_at
from telegram_bot.ports import CandlesQuestion, error_from
from telegram_bot.reader import _, later, reader
from telegram_bot.replies import Picture, Press, Reply, Rows

_OFFERED = (Timeframe.M15, Timeframe.H1, Timeframe.H4, Timeframe.D1)
_NAMES = {"atr": "ATR", "st": "Supertrend", "ema20": "EMA 20"}
_SPARE = timedelta(hours=1)  # a picture is looked for by its last candle; this only tidies up


async def answer(request: Request, services: Services) -> Reply:
    """Answer a picture; one that Telegram has already is not drawn again."""
    asked = read(words_of(" ".join(request.words)))
    if asked.symbol is None:
        return await which_coin("chart", services)
    timeframe = asked.timeframe or reader().timeframe
    candles, studies, ticker = await asked_as_usual(
        asked.symbol, lambda symbol: _numbers(replace(asked, symbol=symbol), timeframe, services)
    )
    if len(candles.close) < 2:
        raise NotEnoughCandles(candles.symbol, timeframe.value, have=len(candles.close), need=2)
    shown = replace(asked, symbol=candles.symbol, timeframe=timeframe, anew=False)
    picture = Picture(
        _name(shown, candles, ticker),
        _out_of_date(candles, ticker),
        again=replace(shown, anew=True).button("").data,
        language=reader().language,
    )
    known = None if asked.anew else await services.album.picture(picture.shown)
    if known is not None:
        picture = replace(picture, file_id=known)
    else:
        drawing = chart_of(candles, studies, ticker, asked.look)
        picture = replace(picture, png=await services.painter.paint(drawing))
    caption = noted(chart_caption(candles, studies, ticker), [asked.symbol], [candles.symbol])
    return Reply(caption, await _buttons(shown, services), picture)


async def _numbers(
    asked: ChartWords, timeframe: Timeframe, services: Services
) -> tuple[wire.CandlesReply, wire.IndicatorsReply | None, wire.TickerReply]:
    """Ask for candles, indicators and the last price at once."""
    symbol, bars = asked.symbol or "", asked.look.bars
    candles, ticker, studies = await asyncio.gather(
        services.market.candles(CandlesQuestion(symbol, timeframe, bars)),
        services.market.tickers([symbol]),
        _studies(asked, symbol, timeframe, services),
    )
    if not ticker.tickers:
        problems = [error_from(problem) for problem in ticker.problems]
        raise next(iter(problems), Unavailable("market-data told no price"))
    return candles, studies, ticker.tickers[0]


async def _studies(
    asked: ChartWords, symbol: str, timeframe: Timeframe, services: Services
) -> wire.IndicatorsReply | None:
    """Return what the panel and the overlays need; None where the market is too young for it."""
    names: list[wire.IndicatorName] = ["atr"]
    names += ["supertrend"] if "st" in asked.look.overlays else []
    names += ["ema"] if "ema20" in asked.look.overlays else []
    try:
        return await services.market.indicators(symbol, timeframe, names, asked.look.bars)
    except NotEnoughCandles:
        return None


def _name(asked: ChartWords, candles: wire.CandlesReply, ticker: wire.TickerReply) -> str:
    """Name the picture by all that is in it, the price alone excepted: that one carries a time."""
    who = reader()
    parts = [asked.written, who.language, who.numbers, str(who.zone)]
    parts += [ticker.source, ticker.quality, str(ticker.stale)]
    parts += [candles.opened_at[-1].isoformat(), str(len(candles.close))]
    return "chart " + hashlib.sha256("|".join(parts).encode()).hexdigest()[:40]


def _out_of_date(candles: wire.CandlesReply, ticker: wire.TickerReply) -> float:
    closes = candles.opened_at[-1] + 2 * Timeframe(candles.timeframe).length
    return (max(closes, asked_at(ticker)) + _SPARE).timestamp()


async def _buttons(now: ChartWords, services: Services) -> Rows:
    """Offer the neighbouring pictures; what is shown carries a dot."""
    has = await timeframes_of(now.symbol or "", services)
    shown = now.timeframe or Timeframe.H4
    offered = {*(_OFFERED if has is None else _among(has)), shown}
    dark = replace(now, look=replace(now.look, dark=not now.look.dark))
    return (
        tuple(
            replace(now, timeframe=item).button(_marked(item.value, item is shown))
            for item in sorted(offered, key=lambda item: item.seconds)
        ),
        tuple(
            now.toggled(name).button(_marked(_NAMES[name], name in now.look.overlays))
            for name in OVERLAYS
        ),
        (
            replace(now, anew=True).button(_("🔄 Refresh")),
            dark.button(_("☀️ Light") if now.look.dark else _("🌙 Dark")),
            Press("📏 ATR", f"atr {now.symbol} {shown.value}", fresh=True),
        ),
    )


def _among(has: Sequence[Timeframe]) -> list[Timeframe]:
    return [item for item in has if item in _OFFERED or len(has) <= 4]


def _marked(label: str, chosen: bool) -> str:
    return f"•{label}" if chosen else label


COMMAND = Command(
    name="chart",
    aliases=("c",),
    usage="/chart SYMBOL [4h] [30–300] [line] [atr] [st] [ema20] [dark]",
    summary=later("a coin's candles, volume and ATR as a picture"),
    examples=("/chart BTC 4h", "/chart ETH 1d st", "/chart SOL 1h 200 ema20 dark"),
    answer=answer,
    flag="charts",
    groups="everybody",
)
