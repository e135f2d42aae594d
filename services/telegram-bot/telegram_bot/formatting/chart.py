"""The words of /chart: its caption, and what is written in the picture."""

from datetime import datetime, timedelta

from common.market import Timeframe
from common.wire import CandlesReply, IndicatorsReply, Sourced, TickerReply
from telegram_bot.formatting.html import bold, escape, italic
from telegram_bot.formatting.numbers import price, share, signed_percent, spread
from telegram_bot.formatting.source import (
    as_of,
    asked_at,
    closing_lines,
    shown,
    source_name,
    stale_warning,
)
from telegram_bot.formatting.time import moment, until
from telegram_bot.reader import _, plural, reader


def chart_caption(
    candles: CandlesReply, studies: IndicatorsReply | None, ticker: TickerReply
) -> str:
    """Return what stands under a chart, well below the 1024 characters of a caption."""
    market = shown(candles.symbol)
    count = len(candles.close)
    counted = plural("{count} candle", "{count} candles", count).format(count=count)
    lines = [stale_warning(ticker.price, ticker.price_step, ticker)] if ticker.stale else []
    lines += [
        bold(f"{market.shown} · {candles.timeframe} · {counted}"),
        _numbers(candles, studies, ticker),
        italic(_span(candles, ticker)),
    ]
    missing = sum(gap.missing for gap in candles.gaps)
    if missing:
        gap = plural("gap: {count} candle missing", "gap: {count} candles missing", missing)
        lines.append(gap.format(count=missing))
    if ticker.quality != "recorded":
        lines.append(as_of(ticker))
    return "\n".join(lines + closing_lines([(market.base, ticker)]))


def picture_facts(ticker: TickerReply, count: int) -> str:
    """Return the small line of a picture, as plain text: source, candles, zone and its moment."""
    counted = plural("{count} candle", "{count} candles", count).format(count=count)
    return " · ".join([source_name(ticker.source), counted, zone_name(ticker.as_of), _when(ticker)])


def picture_warning(ticker: TickerReply) -> str:
    """Return what a picture warns of in capitals; empty where a market stands behind it."""
    return warning_of(ticker) or (_("OLD PRICE") if ticker.stale else "")


def warning_of(reply: Sourced) -> str:
    """Return what kind of data is no market's; empty where one stands behind it."""
    if reply.quality == "simulated":
        return _("SIMULATED")
    return _("RECORDED") if reply.quality == "recorded" else ""


def months() -> list[str]:
    """Return twelve short names in the reader's language."""
    return _("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec").split()


def zone_name(at: datetime) -> str:
    """Return the reader's zone and what its clocks are called at that moment.

    >>> from datetime import UTC
    >>> zone_name(datetime(2026, 11, 21, tzinfo=UTC))
    'UTC'
    """
    zone = reader().zone
    local = at.astimezone(zone)
    name, short = str(zone), local.tzname() or ""
    return name if name == short else f"{name} ({short})"


def _when(ticker: TickerReply) -> str:
    local = ticker.as_of.astimezone(reader().zone)
    return f"{local.day} {months()[local.month - 1]} {local:%Y %H:%M}"


def _numbers(candles: CandlesReply, studies: IndicatorsReply | None, ticker: TickerReply) -> str:
    change = bold(signed_percent(ticker.change_24h_pct))
    said = f"{price(ticker.price, ticker.price_step)} {change} 24h"
    atr = next((one for one in studies.indicators if one.name == "atr"), None) if studies else None
    value = atr.lines["value"] if atr else None
    if value is None or studies is None:
        return said
    part = share(value * 100 / studies.close)
    return f"{said} · ATR(14) {escape(spread(value, candles.price_step))} ({part})"


def _span(candles: CandlesReply, ticker: TickerReply) -> str:
    end = candles.opened_at[-1] + Timeframe(candles.timeframe).length
    if ticker.quality == "recorded":
        closed = until(end)
    else:
        closed = moment(end, max(asked_at(ticker), end - timedelta(days=1)))
    zone = escape(str(reader().zone))
    return _("candles to {end} · axis in {zone}").format(end=closed, zone=zone)
