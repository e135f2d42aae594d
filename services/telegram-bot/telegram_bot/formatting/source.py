"""How an answer names where its numbers come from, and how far to trust them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from common.market import Symbol
from common.wire import Sourced
from telegram_bot.formatting import numbers
from telegram_bot.formatting.html import escape, italic, shortened
from telegram_bot.formatting.time import age, clock_time, relative, until
from telegram_bot.reader import _, later

SIMULATED = later("simulated prices, not a market")

_NAMES = {
    "binance": "Binance",
    "binanceus": "Binance.US",
    "bitstamp": "Bitstamp",
    "coinbase": "Coinbase",
    "kraken": "Kraken",
    "recorded": later("recorded data"),
    "simu": "SIMU",
}


def source_name(source: str) -> str:
    """Return the name that people know a provider by, as plain text.

    >>> source_name("coinbase"), source_name("simu"), source_name("gemini")
    ('Coinbase', 'SIMU', 'Gemini')
    """
    known = _NAMES.get(source)
    return _(known) if known else shortened(source).capitalize()


def asked_at(reply: Sourced) -> datetime:
    """Return when the service answered, by its own clock."""
    return reply.as_of + timedelta(milliseconds=reply.age_ms)


def as_of(reply: Sourced, separator: str = ", ") -> str:
    """Return the line that dates a live answer: `as of 08:12:00 UTC, 2 s old`."""
    dated = _("as of {time}").format(time=clock_time(reply.as_of))
    return italic(f"{dated}{separator}{age(reply.age_ms)}")


def stale_warning(price: Decimal, step: Decimal, reply: Sourced) -> str:
    """Return the line that opens an answer about one market whose source is silent."""
    last = _("last price {price}").format(price=escape(numbers.price(price, step)))
    return _stale(last, reply)


def stale_among(labels: Sequence[str], reply: Sourced) -> str:
    """Return the line that opens a list in which these markets are old; `reply` is the oldest."""
    return _stale(_("last price of {markets}").format(markets=escape(", ".join(labels))), reply)


def closing(reply: Sourced) -> str | None:
    """Return the note that ends an answer without a market behind it; None for a real one."""
    if reply.quality == "simulated":
        return _(SIMULATED)
    if reply.quality == "recorded":
        return _("recorded prices, up to {end}").format(end=until(reply.as_of))
    return None


def closing_lines(replies: Sequence[tuple[str, Sourced]]) -> list[str]:
    """Return the notes that end an answer about several labelled markets.

    A note that holds for all of them stands alone; else it names those that it is about.
    """
    labels: dict[str, list[str]] = {}
    for label, reply in replies:
        note = closing(reply)
        if note is not None:
            labels.setdefault(note, []).append(label)
    return [
        italic(note if len(about) == len(replies) else f"{escape(', '.join(about))}: {note}")
        for note, about in labels.items()
    ]


def shown(symbol: str) -> Symbol:
    """Read a symbol of the wire, for its base, its quote and its form for people."""
    base, _, quote = symbol.partition("-")
    return Symbol(base, quote)


def _stale(what: str, reply: Sourced) -> str:
    when = relative(reply.as_of, asked_at(reply))
    return _("⚠️ <b>Stale</b>: {price} from {time}; {source} is not answering.").format(
        price=what, time=when, source=escape(source_name(reply.source))
    )
