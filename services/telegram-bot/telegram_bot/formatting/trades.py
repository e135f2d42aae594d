"""The trades that a person wrote down, one by one. Decimals in, Telegram's HTML out."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from telegram_bot.formatting.html import bold, code, escape, italic, shortened
from telegram_bot.formatting.numbers import exactly, money, price
from telegram_bot.formatting.source import shown
from telegram_bot.formatting.time import date
from telegram_bot.ledger import Entry
from telegram_bot.reader import _, plural, reader


def kept(entry: Entry) -> str:
    """Repeat a trade that was written down."""
    return _("✅ Noted: {trade}").format(trade=trade_line(entry))


def trade_line(entry: Entry) -> str:
    """Return one line about a trade: `#7 bought 0.5 BTC at 61,200.00 USD, 1 Nov 2026`."""
    market = shown(entry.symbol)
    said = {"buy": _("bought {amount} at {price}"), "sell": _("sold {amount} at {price}")}
    line = f"#{entry.number} " + said[entry.side].format(
        amount=bold(f"{exactly(entry.quantity)} {market.base}"),
        price=f"{_paid(entry.price)} {market.quote}",
    )
    parts = [line, _day(entry.at)]
    if entry.fee:
        parts.append(_("fee {fee}").format(fee=money(entry.fee)))
    if entry.note:
        parts.append(italic(escape(shortened(entry.note))))
    return ", ".join(parts)


def trades_page(entries: Sequence[Entry], number: int, pages: int) -> str:
    """Return a page of trades."""
    title = bold(_("Trades")) + (f" {number}/{pages}" if pages > 1 else "")
    return "\n".join((title, *(trade_line(entry) for entry in entries)))


def which_price(base: str, last: str, example: str) -> str:
    """Ask for the price of a trade: it is never guessed."""
    return _("At which price? The last one is {last}. Example: {example}").format(
        last=bold(last), example=code(example)
    )


def removed(count: int) -> str:
    return plural("{count} trade is out.", "{count} trades are out.", count).format(count=count)


def brought_back(count: int) -> str:
    if not count:
        return _("There is nothing to bring back.")
    return plural("{count} trade is back.", "{count} trades are back.", count).format(count=count)


def oversold(base: str, asked: Decimal, held: Decimal, at: datetime) -> str:
    """Say that a sale sells more than is there; plain text."""
    return _("On {day} you hold {held} {base}, so {asked} cannot be sold.").format(
        day=_day(at), held=exactly(held), base=base, asked=exactly(asked)
    )


def really_clear(count: int) -> str:
    return plural(
        "Take out {count} trade? It can be undone for a day.",
        "Take out all {count} trades? It can be undone for a day.",
        count,
    ).format(count=count)


def full(most: int) -> str:
    """Say that the ledger takes no more; plain text."""
    return _("A portfolio holds {most} trades at most.").format(most=most)


def _day(at: datetime) -> str:
    """Name the day in the reader's zone."""
    return date(at.astimezone(reader().zone).replace(tzinfo=UTC))


def _paid(value: Decimal) -> str:
    """Write a price as it was typed, cents filled up."""
    return price(value, Decimal(1).scaleb(min(-2, int(value.normalize().as_tuple().exponent))))
