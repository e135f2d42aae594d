"""How presets, their terms and their results are written."""

from collections.abc import Sequence
from decimal import Decimal

from telegram_bot.formatting.numbers import money, price, share, signed_percent
from telegram_bot.reader import _
from telegram_bot.simulation.backtest import Outcome
from telegram_bot.simulation.measures import Measures
from telegram_bot.simulation.presets import Name, Preset
from telegram_bot.simulation.terms import Terms
from telegram_bot.simulation.trading import Rule

_NAMES: dict[Name, str] = {
    "st": "Supertrend",
    "chandelier": "Chandelier",
    "breakout": "ATR breakout",
}


def preset_name(preset: Preset) -> str:
    """Return a preset as people know it.

    >>> preset_name(Preset("st", 10, Decimal("3.0")))
    'Supertrend 10, 3'
    """
    return f"{_NAMES[preset.name]} {preset.period}, {short(preset.multiple)}"


def short(value: Decimal) -> str:
    """Write a small number without idle zeros, for reading.

    >>> short(Decimal("0.40")), short(Decimal("10"))
    ('0.4', '10')
    """
    tidy = value.normalize()
    return price(tidy, Decimal(1).scaleb(min(0, int(tidy.as_tuple().exponent))))


def terms_line(terms: Terms) -> str:
    """Say what each trade costs, and when it is filled."""
    return _("fee {fee}% a side, slippage {slippage}%").format(
        fee=short(terms.fee_pct), slippage=short(terms.slippage_pct)
    )


def rule_line(rule: Rule) -> str:
    """Say how much is bought, and where a position ends."""
    if rule.risk_pct is not None:
        said = _("risks {percent}% a trade").format(percent=short(rule.risk_pct))
    else:
        said = _("spends all its cash")
    if rule.most is not None:
        said += ", " + _("at most {cap} in a position").format(cap=money(rule.most))
    if rule.stop_atr is not None:
        stop = _("trailing stop {multiple} ATR") if rule.trails else _("stop {multiple} ATR")
        said = f"{said}, {stop.format(multiple=short(rule.stop_atr))}"
    return said


def measure_rows(measures: Measures) -> list[list[str]]:
    """Return names and values of how good trading was."""
    unknown = _("none yet")
    rate, factor, each = measures.win_rate_pct, measures.profit_factor, measures.expectancy
    endless = _("no loss") if measures.wins else unknown
    return [
        [_("Trades"), str(measures.trades)],
        [_("Win rate"), unknown if rate is None else share(rate, 0)],
        [_("Profit factor"), endless if factor is None else price(factor, Decimal("0.01"))],
        [_("Expectancy"), unknown if each is None else price(each, Decimal("0.01"))],
    ]


def gain_pct(worth: Sequence[Decimal], start: Decimal) -> str:
    """Return what an account gained, in percent with its sign."""
    return signed_percent((worth[-1] - start) * 100 / start)


def exposure(outcome: Outcome) -> str:
    """Return the share of candles with a position."""
    return share(Decimal(outcome.in_market) * 100 / Decimal(max(1, len(outcome.at))), 0)
