"""What a market's past was like: how far it swings, how deep it fell, its best and worst day."""

from decimal import Decimal

from common.wire import DayChange, StatisticsReply
from telegram_bot.formatting.html import bold, italic, pre, table
from telegram_bot.formatting.numbers import UNKNOWN, about, compact, price, share, signed_percent
from telegram_bot.formatting.source import as_of, closing_lines, shown, stale_among
from telegram_bot.formatting.time import date, span
from telegram_bot.reader import _, plural

_LONGEST_PRICE = 18  # characters; with more a row would wrap
_FEWEST_DAYS = 30  # behind a Sharpe ratio: of fewer it says nothing


def statistics_card(reply: StatisticsReply) -> str:
    """Return what the service says about one window of closed candles."""
    market = shown(reply.symbol)
    title = " · ".join((_("Statistics"), market.shown, reply.timeframe))
    lines = [stale_among([market.base], reply)] if reply.stale else []
    lines += [
        f"📊 {bold(title)}",
        _swings(reply),
        pre(table(_changes(reply), "lr", gaps=2)),
        pre(table(_figures(reply), "lr", gaps=2)),
        pre(table(_closes(reply), "lr", gaps=2)),
        italic(_window(reply)),
    ]
    if reply.quality != "recorded":
        lines.append(as_of(reply))
    return "\n".join(lines + closing_lines([(market.base, reply)]))


def _swings(reply: StatisticsReply) -> str:
    """Say in plain words what the standard deviation means."""
    return _(
        "{base} usually changes by up to about {percent}% in {span}: {share} of volatility a year."
    ).format(
        base=shown(reply.symbol).base,
        percent=about(reply.log_returns_pct.sd),
        span=span(reply.timeframe),
        share=bold(share(reply.volatility_pct, 1)),
    )


def _changes(reply: StatisticsReply) -> list[tuple[str, str]]:
    return [
        ("1h", signed_percent(reply.change_1h_pct)),
        ("24h", signed_percent(reply.change_24h_pct)),
        ("7d", signed_percent(reply.change_7d_pct)),
        ("30d", signed_percent(reply.change_30d_pct)),
    ]


def _figures(reply: StatisticsReply) -> list[tuple[str, str]]:
    fall = reply.max_drawdown
    rows = [
        (_("Deepest fall"), share(fall.depth_pct)),
        (_(" from"), date(fall.peak_at)),
        (_(" to"), date(fall.trough_at)),
        (_(" recovered"), date(fall.recovered_at) if fall.recovered_at else _("not yet")),
        (_("Best day"), _day(reply.best_day)),
        (_("Worst day"), _day(reply.worst_day)),
        (_("Sharpe"), _ratio(reply.sharpe if reply.days >= _FEWEST_DAYS else None)),
        (_("Skewness"), _ratio(reply.log_returns_pct.skewness)),
        (_("Kurtosis"), _ratio(reply.log_returns_pct.kurtosis)),
    ]
    return rows if fall.depth_pct else [rows[0], *rows[4:]]


def _closes(reply: StatisticsReply) -> list[tuple[str, str]]:
    closes = reply.closes
    return [
        (_("Highest close"), _price(closes.maximum)),
        (_("Median"), _price(closes.median)),
        (_("Mean"), _price(closes.mean)),
        (_("Lowest close"), _price(closes.minimum)),
    ]


def _window(reply: StatisticsReply) -> str:
    counted = plural("{count} closed candle", "{count} closed candles", reply.bars)
    return _("{candles}, {first} to {last}; log returns, risk-free rate 0").format(
        candles=counted.format(count=reply.bars),
        first=date(reply.opened_at),
        last=date(reply.closed_at),
    )


def _day(day: DayChange | None) -> str:
    if day is None:
        return UNKNOWN
    return f"{signed_percent(day.change_pct)} {date(day.opened_at)}"


def _ratio(value: Decimal | None) -> str:
    return price(value, Decimal("0.01"))


def _price(value: Decimal) -> str:
    exact = price(value)
    return exact if len(exact) <= _LONGEST_PRICE else compact(value)
