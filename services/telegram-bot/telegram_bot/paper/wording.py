"""The words of paper trading. Every message says that it is on paper."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from telegram_bot.arithmetic.exact import less, percent_of, product
from telegram_bot.formatting import silence
from telegram_bot.formatting.html import bold, code, escape, italic, pre, table
from telegram_bot.formatting.numbers import (
    money,
    price,
    share,
    signed_percent,
    signed_price,
)
from telegram_bot.formatting.presets import measure_rows, preset_name, rule_line, short
from telegram_bot.formatting.source import SIMULATED, shown, source_name
from telegram_bot.formatting.time import moment
from telegram_bot.paper.book import Auto, Decided, Paper
from telegram_bot.paper.explaining import why_line
from telegram_bot.profiles import Profile
from telegram_bot.reader import _, later, plural
from telegram_bot.replies import Press, Rows
from telegram_bot.simulation.account import Position, Reason, Trade
from telegram_bot.simulation.measures import Measures

_CENT = Decimal("0.01")
_LATE_SECONDS = 120.0
_NEARLY = Decimal("0.95")
_REASONS: dict[Reason, str] = {
    "sold": later("sold"),
    "stop": later("stop hit"),
    "target": later("target hit"),
    "trailing stop": later("trailing stop hit"),
    "preset": later("the preset left"),
    "end": later("sold"),
}


def show_rows() -> Rows:
    """Offer the account and its statistics."""
    account = Press(_("📒 Account"), "paper", fresh=True)
    return ((account, Press(_("📊 Stats"), "paper stats", fresh=True)),)


def costs_line(profile: Profile) -> str:
    """Say at whose prices and for which costs everything is filled."""
    said = _("On paper at {source} prices: fee {fee}% a side, slippage {slippage}%.").format(
        source=escape(source_name(profile.exchange)),
        fee=short(profile.fee_pct),
        slippage=short(profile.slippage_pct),
    )
    return f"{said}\n{_simulated()}" if profile.exchange == "simu" else said


def _simulated() -> str:
    return _(SIMULATED)


def overview(paper: Paper, prices: Mapping[str, Decimal], profile: Profile) -> str:
    """Return the account with everything in it."""
    worth = paper.account.worth(dict(prices))
    gain = signed_percent(percent_of(less(worth, paper.start), paper.start))
    title = _("Paper account: {worth} {quote}").format(worth=money(worth), quote=profile.quote)
    lines = [f"📒 {bold(title)} · {gain}"]
    cash = _("Cash {cash} of {start} at the start")
    lines.append(cash.format(cash=money(paper.account.cash), start=money(paper.start)))
    lines += [_position(held, prices.get(held.symbol)) for held in paper.account.positions]
    if not paper.account.positions:
        cash, risk = code("/paper buy BTC 500"), code("/paper buy BTC risk 1%")
        lines.append(_("No position. Try {cash}, or {risk}.").format(cash=cash, risk=risk))
    lines += [_auto(auto) for auto in paper.autos]
    return "\n".join([*lines, italic(costs_line(profile))])


def _position(held: Position, now: Decimal | None) -> str:
    market = shown(held.symbol)
    amount = f"{short(held.quantity)} {market.base}"
    said = f"\n{bold(market.shown)}: {amount} · {_at(held)}"
    if now is not None:
        value = product(held.quantity, now)
        gain = less(value, held.cost)
        part = signed_percent(percent_of(gain, held.cost))
        said += f"\n{price(now)} → {signed_price(gain, _CENT)} ({part})"
    return said + _levels(held)


def _at(held: Position) -> str:
    return _("bought at {price}, fees included").format(price=price(held.average))


def _levels(held: Position) -> str:
    levels = []
    if held.stop is not None:
        stop = _("trailing stop {price}") if held.trail is not None else _("stop {price}")
        levels.append(stop.format(price=price(held.stop)))
    if held.target is not None:
        levels.append(_("target {price}").format(price=price(held.target)))
    return f"\n{' · '.join(levels)}" if levels else ""


def _auto(auto: Auto) -> str:
    market = shown(auto.symbol)
    name = f"{market.shown} · {auto.timeframe} · {preset_name(auto.preset)}"
    return f"🤖 {bold(name)}, {rule_line(auto.rule)}"


def bought(
    held: Position, before: Position | None, paid: Decimal, profile: Profile, cut: str = ""
) -> str:
    """Say what was bought just now, and what protects it.

    Args:
        paid: Fees included.
        cut: See `less_risk`.
    """
    market = shown(held.symbol)
    quantity = held.quantity - (before.quantity if before else 0)
    said = _("Bought {amount} {base} for {paid} {quote}").format(
        amount=short(quantity), base=market.base, paid=money(paid), quote=market.quote
    )
    none = _("No stop: add one with {example}.")
    bare = none.format(example=code(f"/paper stop {market.base} 2x"))
    tail = "" if held.stop is not None else f"\n{bare}"
    return f"📒 {bold(said)}\n{_at(held)}{_levels(held)}{tail}{cut}\n{italic(costs_line(profile))}"


def less_risk(risked: Decimal, asked: Decimal, cap: Decimal, quote: str) -> str:
    """Say that a stop risks less than was asked, both in percent of the account; else nothing."""
    if risked >= asked * _NEARLY:
        return ""
    said = _("It risks {risked} of the account, not {asked}: a position is at most {cap} {quote}.")
    cut = said.format(risked=share(risked), asked=share(asked), cap=money(cap), quote=quote)
    return f"\n⚠️ {cut}"


def sold(trade: Trade, profile: Profile) -> str:
    """Say what was sold just now, and what it brought."""
    return f"📒 {_trade(trade)}\n{italic(costs_line(profile))}"


def _trade(trade: Trade) -> str:
    market = shown(trade.symbol)
    said = _("{market}: {reason} at {price}").format(
        market=market.shown, reason=_(_REASONS[trade.reason]), price=price(trade.price)
    )
    gain = f"{signed_price(trade.profit, _CENT)} ({signed_percent(trade.profit_pct)})"
    fees = _("fees {fees}").format(fees=money(trade.fees))
    return f"{bold(said)}\n{short(trade.quantity)} {market.base} · {gain} · {fees}"


def sold_text(trades: Sequence[Trade], paper: Paper, profile: Profile, now: float) -> str:
    """Tell of positions that their levels, or presets, have ended."""
    lines = [f"📒 {_trade(trade)}{_late(trade.closed_at, now)}" for trade in trades]
    cash = _("Cash now {cash} {quote}").format(cash=money(paper.account.cash), quote=profile.quote)
    return "\n".join([*lines, cash, italic(costs_line(profile))])


def rests(silent: Mapping[str, bool]) -> str:
    """Say that levels rest because nobody tells the price of their markets.

    Args:
        silent: The markets, and whether any exchange still lists them.
    """
    lines: list[str] = []
    for symbol, listed in silent.items():
        lines += [silence.headline(symbol), silence.reason(listed=listed)]
    lines.append(_("What you hold of it on paper rests with its stop until prices are back."))
    return "\n".join(lines)


def _late(at: float, now: float) -> str:
    """Say when something happened that was found out afterwards; nothing where it was just now."""
    if now - at <= _LATE_SECONDS:
        return ""
    when = moment(datetime.fromtimestamp(at, UTC), datetime.fromtimestamp(now, UTC))
    return "\n" + _("That was at {when}; nobody watched then, so this comes late.").format(
        when=when
    )


def bought_text(decided: Decided, paper: Paper, profile: Profile, now: float) -> str:
    """Tell of a position that a preset has opened."""
    held = paper.account.position(decided.symbol)
    market = shown(decided.symbol)
    said = _("{market}: {preset} bought").format(
        market=market.shown, preset=preset_name(decided.preset)
    )
    lines = [f"🤖 {bold(said)}"]
    if held is not None:
        lines.append(f"{short(held.quantity)} {market.base} · {_at(held)}{_levels(held)}")
    explained = f"{why_line(decided, followed=False)}{_late(decided.at, now)}"
    return "\n".join([*lines, explained, italic(costs_line(profile))])


def stats(measures: Measures, paper: Paper, worth: Decimal, in_market: Decimal, days: int) -> str:
    """Return how good trading was, below the 1024 characters of a caption."""
    gain = signed_percent(percent_of(less(worth, paper.start), paper.start))
    rows = [
        [_("Return"), gain],
        *measure_rows(measures),
        [_("Drawdown"), share(measures.drawdown_pct, 1)],
        [_("In market"), share(in_market, 0)],
    ]
    title = _("Paper account, opened today")
    if days:
        title = plural("Paper account after {count} day", "Paper account after {count} days", days)
        title = title.format(count=days)
    return f"📊 {bold(title)}\n{pre(table(rows, 'lr', 2))}"
