"""What one market trades at: a card, or two lines of it."""

from collections.abc import Iterator
from decimal import Decimal

from common.wire import TickerReply
from telegram_bot.formatting.html import (
    bold,
    code,
    escape,
    first_fitting,
    italic,
    pre,
    shortened,
    table,
)
from telegram_bot.formatting.numbers import (
    UNKNOWN,
    compact,
    price,
    share,
    signed_percent,
    signed_price,
    table_percent,
)
from telegram_bot.formatting.price_table import price_table
from telegram_bot.formatting.source import (
    as_of,
    closing_lines,
    shown,
    source_name,
    stale_warning,
)
from telegram_bot.formatting.time import age
from telegram_bot.formatting.unit import quoted
from telegram_bot.reader import _

__all__ = ["price_brief", "price_card", "price_table"]


def price_card(reply: TickerReply) -> str:
    """Return everything about one market."""
    market = shown(reply.symbol)
    lines = [
        f"{_name(reply)} · {code(market.shown)} · {escape(source_name(reply.source))}",
        f"{quoted(bold(price(reply.price, reply.price_step)), reply.symbol)} "
        f"{_light(reply.change_24h_pct)} {bold(signed_percent(reply.change_24h_pct))} (24h)",
        pre(first_fitting(_details(reply))),
    ]
    if reply.stale:
        lines.insert(0, stale_warning(reply.price, reply.price_step, reply))
    if reply.quality != "recorded":
        lines.append(as_of(reply))
    return "\n".join(lines + closing_lines([(market.base, reply)]))


def price_brief(reply: TickerReply) -> str:
    """Return two lines: name, price and change; source and age."""
    market = shown(reply.symbol)
    notes = closing_lines([(market.base, reply)])
    if reply.quality != "recorded":
        notes.insert(0, italic(f"{escape(source_name(reply.source))}, {age(reply.age_ms)}"))
    if reply.stale:
        notes.insert(0, _("⚠️ <b>Stale</b>"))
    return (
        f"{_name(reply)} {quoted(bold(price(reply.price, reply.price_step)), reply.symbol)} "
        f"{signed_percent(reply.change_24h_pct)} (24h)\n{' · '.join(notes)}"
    )


def _name(reply: TickerReply) -> str:
    return bold(shortened(reply.name) or shown(reply.symbol).base)


def _light(change: Decimal | None) -> str:
    """One colour a message; the sign beside it says the same to those who do not see it."""
    sign = signed_percent(change)[0]
    return {"+": "🟢", "-": "🔴"}.get(sign, "⚪")


def _details(reply: TickerReply) -> Iterator[list[str]]:
    """Yield the block from roomy to narrow."""
    day, step = signed_percent(reply.change_24h_pct), reply.price_step
    for change in (f"   {signed_price(reply.change_24h, step)}", ""):
        yield _block(
            reply,
            (
                signed_percent(reply.change_1h_pct),
                day + change,
                signed_percent(reply.change_7d_pct),
            ),
            (price(reply.high_24h, step), price(reply.low_24h, step), _volume(reply)),
        )
    yield _block(
        reply,
        (
            table_percent(reply.change_1h_pct),
            table_percent(reply.change_24h_pct),
            table_percent(reply.change_7d_pct),
        ),
        (compact(reply.high_24h), compact(reply.low_24h), compact(reply.quote_volume_24h)),
    )


def _block(
    reply: TickerReply, changes: tuple[str, str, str], day: tuple[str, str, str]
) -> list[str]:
    rows = [
        ("1h", changes[0]),
        ("24h", changes[1]),
        ("7d", changes[2]),
        (_("High 24h"), day[0]),
        (_("Low 24h"), day[1]),
        (_("In range"), _in_range(reply)),
        (_("Volume 24h"), day[2]),
    ]
    return table(rows, "ll", gaps=2)


def _in_range(reply: TickerReply) -> str:
    """Say where the price stands between the day's low and high, which may lag behind it."""
    if reply.high_24h is None or reply.low_24h is None or reply.high_24h <= reply.low_24h:
        return UNKNOWN
    part = 100 * (reply.price - reply.low_24h) / (reply.high_24h - reply.low_24h)
    within = share(min(max(part, Decimal(0)), Decimal(100)), 0)
    return _("{share} of low-high").format(share=within)


def _volume(reply: TickerReply) -> str:
    if reply.quote_volume_24h is not None:
        return quoted(compact(reply.quote_volume_24h), reply.symbol)
    if reply.volume_24h is not None:
        return f"{compact(reply.volume_24h)} {shown(reply.symbol).base}"
    return UNKNOWN
