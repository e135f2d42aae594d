"""What happened since yesterday, in one message; and what is said about when it comes."""

from collections.abc import Collection, Sequence
from datetime import datetime, time
from decimal import Decimal

from common.wire import TickerReply
from telegram_bot.arithmetic.holdings import Totals
from telegram_bot.formatting.atr_overview import regime_name
from telegram_bot.formatting.html import bold, code, italic
from telegram_bot.formatting.numbers import money, share, signed_money, signed_percent
from telegram_bot.formatting.source import shown
from telegram_bot.formatting.time import months, relative, zone_name
from telegram_bot.reader import _, reader

WEEKDAYS = 7


def heading(due: datetime) -> str:
    """Greet by the reader's clock: `☀️ Good morning — Sat 21 Nov, 08:30 CET`."""
    local = due.astimezone(reader().zone)
    if 5 <= local.hour < 12:
        greeting = "☀️ " + bold(_("Good morning"))
    elif 12 <= local.hour < 18:
        greeting = "🌤 " + bold(_("Good afternoon"))
    else:
        greeting = "🌙 " + bold(_("Good evening"))
    day = _("{weekday} {day} {month}").format(
        weekday=weekday_names()[local.weekday()], day=local.day, month=months()[local.month - 1]
    )
    return f"{greeting} {bold(f'— {day}, {local:%H:%M} {zone_name(local)}')}"


def late(due: datetime, now: datetime) -> str:
    """Say that it comes late."""
    return italic(_("late: it was due {when}").format(when=relative(due, now)))


def no_watchlist() -> str:
    """Say whose prices these are."""
    return italic(
        _("The largest markets; yours come here with {example}").format(example=code("/watch btc"))
    )


def biggest_mover(ticker: TickerReply) -> str:
    return _("Biggest mover: {base} {change} in 24 h").format(
        base=bold(shown(ticker.symbol).base), change=bold(signed_percent(ticker.change_24h_pct))
    )


def most_volatile(symbol: str, regime: str | None, atr_pct: Decimal) -> str:
    return _("Moves most: {base}, usually {share} a day{regime}").format(
        base=bold(shown(symbol).base),
        share=share(atr_pct),
        regime=f" ({regime_name(regime)})" if regime else "",
    )


def near_alert(number: int, symbol: str, level: str, away: Decimal) -> str:
    """Name an alert that a usual day could fire; `away` counts such days' moves."""
    return _("Alert #{number} is near: {base} at {level}, {away} of a usual day away").format(
        number=number, base=bold(shown(symbol).base), level=level, away=share(away * 100, 0)
    )


def portfolio_line(quote: str, sums: Totals) -> str:
    return _("Portfolio: {value} {quote}, 24 h {day}").format(
        value=bold(money(sums.value)), quote=quote, day=bold(signed_money(sums.day))
    )


def planned(at: time, weekdays: Collection[int], due: datetime, now: datetime) -> str:
    """Say when digests come, and when the next one does."""
    local = due.astimezone(reader().zone)
    return _("Your digest comes at {at} ({zone}), {days}. The next one {when}.").format(
        at=bold(f"{at:%H:%M}"),
        zone=zone_name(local),
        days=days(weekdays),
        when=relative(due, now),
    )


def stopped(there_was_one: bool) -> str:
    if there_was_one:
        return _("🔕 No more digests.")
    return _("There is no digest to stop.")


def not_planned() -> str:
    """Teach what a digest is and how to get one."""
    return _(
        "A digest tells you once a day how your watchlist and your portfolio did. "
        "When shall it come? Example: {example}"
    ).format(example=code("/digest 08:30"))


def days(weekdays: Collection[int]) -> str:
    """Name days: every day, workdays, weekends, or one by one."""
    wanted = sorted(weekdays)
    if len(wanted) == WEEKDAYS:
        return _("every day")
    if wanted == [0, 1, 2, 3, 4]:
        return _("from Monday to Friday")
    names = weekday_names()
    return ", ".join(names[day] for day in wanted)


def weekday_names() -> Sequence[str]:
    """Return seven short names in the reader's language, Monday first."""
    return _("Mon Tue Wed Thu Fri Sat Sun").split()
