"""The words of /backtest."""

from datetime import UTC, datetime
from decimal import Decimal

from common import wire
from telegram_bot.formatting.html import bold, escape, italic, pre, table
from telegram_bot.formatting.numbers import price, share
from telegram_bot.formatting.presets import (
    exposure,
    gain_pct,
    measure_rows,
    preset_name,
    rule_line,
    terms_line,
)
from telegram_bot.formatting.source import closing_lines, shown, source_name
from telegram_bot.formatting.time import date
from telegram_bot.reader import _, plural
from telegram_bot.simulation.backtest import Backtest, Outcome
from telegram_bot.simulation.measures import drawdown_pct, measure

_CENT = Decimal("0.01")


def backtest_caption(
    backtest: Backtest, outcome: Outcome, source: wire.CandlesReply, warm_up: int
) -> str:
    """Return the whole result, well below the 1024 characters of a caption."""
    market = shown(source.symbol)
    first, last = (datetime.fromtimestamp(at, UTC) for at in (outcome.at[0], outcome.at[-1]))
    count = len(outcome.at)
    counted = plural("{count} candle", "{count} candles", count).format(count=count)
    span = f"{date(first)} – {date(last)} · {counted} · {escape(source_name(source.source))}"
    costs = terms_line(backtest.terms)
    how = _("Filled at the opening after each decision; {costs}; {rule}.")
    settles = _("The {count} candles before settle the indicators.").format(count=warm_up)
    humble = _("What worked once need not work again. Not financial advice.")
    lines = [
        bold(f"{market.shown} · {source.timeframe} · {preset_name(backtest.preset)}"),
        span,
        pre(table(_rows(outcome), "lrr")),
        how.format(costs=costs, rule=rule_line(backtest.rule)),
        italic(f"{settles} {humble}"),
    ]
    return "\n".join(lines + closing_lines([(market.base, source)]))


def _rows(outcome: Outcome) -> list[list[str]]:
    measures = measure(outcome.trades, [outcome.start, *outcome.worth])
    held = drawdown_pct([outcome.start, *outcome.held])
    fees = sum((trade.fees for trade in outcome.trades), start=Decimal(0))
    return [
        ["", _("preset"), _("holding")],
        [
            _("Return"),
            gain_pct(outcome.worth, outcome.start),
            gain_pct(outcome.held, outcome.start),
        ],
        [_("Drawdown"), share(measures.drawdown_pct, 1), share(held, 1)],
        *([name, value, ""] for name, value in measure_rows(measures)),
        [_("In market"), exposure(outcome), share(Decimal(100), 0)],
        [_("Fees"), price(fees, _CENT), ""],
    ]


def progress_text(backtest_of: str, done: int, count: int) -> str:
    """Say how far a backtest is."""
    return _("⏳ Testing {what}: {done} of {count} candles").format(
        what=escape(backtest_of), done=done, count=count
    )


def young(symbol: str, have: int) -> str:
    """Say that there is too little history."""
    market = shown(symbol)
    return plural(
        "{market} has {count} candle there, too few for a backtest.",
        "{market} has {count} candles there, too few for a backtest.",
        have,
    ).format(market=market.shown, count=have)
