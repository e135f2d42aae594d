"""How much to trade: the position, what it may lose, and where it would win."""

from decimal import Decimal

from common.wire import Side
from telegram_bot.arithmetic.sizing import NoSize, Size, Sizing, targets
from telegram_bot.formatting.html import bold, code, escape, pre, table
from telegram_bot.formatting.numbers import digits, in_style, money, price, quantity, share, times
from telegram_bot.formatting.rounding import to_places
from telegram_bot.formatting.source import shown
from telegram_bot.formatting.unit import quoted
from telegram_bot.reader import _


def size_headline(symbol: str, side: Side, stop: str) -> str:
    """Return the first line; `stop` says how the stop was found."""
    named = {"long": _("long"), "short": _("short")}[side]
    return f"📐 {bold(f'{shown(symbol).shown} · {named} · {stop}')}"


def by_atr(multiple: Decimal, period: int, timeframe: str) -> str:
    """Name a stop that stands a multiple of ATR away.

    >>> by_atr(Decimal(2), 14, "4h")
    'stop 2.0x ATR(14) 4h'
    """
    return _("stop {multiple}x ATR({period}) {timeframe}").format(
        multiple=times(multiple), period=period, timeframe=timeframe
    )


def at_price(stop: str, multiple: Decimal | None, timeframe: str) -> str:
    """Name a stop at a price, and how many ATR of that timeframe it is away, where that is known.

    >>> at_price("64,000.00", Decimal("3.845"), "4h")
    'stop 64,000.00 ≈ 3.8 × ATR 4h'
    """
    named = _("stop {price}").format(price=stop)
    if multiple is None:
        return named
    return f"{named} ≈ {in_style(str(to_places(multiple, 1)))} × ATR {timeframe}"


def size_lines(symbol: str, asked: Sizing, sized: Size, price_step: Decimal) -> list[str]:
    """Return the size in words, and a block with the stop, what it costs and three targets."""
    base = shown(symbol).base
    equity = escape(money(asked.equity).removesuffix(in_style(".00")))
    risk = _("Risk {percent}% of {equity}").format(
        percent=in_style(digits(asked.risk_pct, 6)), equity=quoted(equity, symbol)
    )
    if sized.quantity == 0:
        lot = quantity(asked.lot_step, asked.lot_step)
        too_small = _("one lot ({lot} {base}) already risks or costs more").format(
            lot=lot, base=base
        )
        return [f"{risk}: {too_small}", _block(asked, sized, price_step)]
    amount = bold(f"{quantity(sized.quantity, asked.lot_step)} {base}")
    worth = quoted(escape(money(sized.cost)), symbol)
    lines = [f"{risk} → {amount} = {worth} ({share(sized.cost_pct, 1)})"]
    if sized.capped:
        lines.append(_("size capped by equity: it risks less than asked"))
    return [*lines, _block(asked, sized, price_step)]


def no_size(reason: NoSize, example: str) -> str:
    """Say why there is no position, and what would work."""
    why = {
        NoSize.STOP_AT_ENTRY: _("The stop is where the entry is: nothing would be at risk."),
        NoSize.STOP_BELOW_ZERO: _("The stop would be ≤ 0: try a smaller multiple."),
    }[reason]
    what_works = _("Try {examples}.").format(examples=code(example))
    return f"{why} {what_works}"


def wrong_side(side: Side, entry: str) -> str:
    """Say that the stop that was named belongs to the other side; plain text."""
    if side == "long":
        return _("A long position's stop is below its entry of {price}.").format(price=entry)
    return _("A short position's stop is above its entry of {price}.").format(price=entry)


def how_large(example: str) -> str:
    """Ask for the equity: a size is never guessed."""
    return _("How much is in the account? Example: {example}").format(example=code(example))


def _block(asked: Sizing, sized: Size, step: Decimal) -> str:
    rows = [
        (_("entry"), price(asked.entry, step), ""),
        (_("stop"), price(asked.stop, step), share(sized.distance_pct)),
        (_("loss"), money(sized.loss), share(sized.loss_pct)),
    ]
    if asked.fee_pct:
        rows.append((_("fees in it"), money(sized.fees), ""))
    won = targets(asked.entry, asked.stop)
    rows += [(f"{number}R", price(target, step), "") for number, target in enumerate(won, 1)]
    return pre(table(rows, "lrr", gaps=2))
