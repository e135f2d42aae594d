"""A market that is not traded in what the reader wants prices in: said, never passed over."""

from collections.abc import Sequence

from telegram_bot.formatting.html import escape, italic
from telegram_bot.formatting.source import shown
from telegram_bot.reader import _, reader


def noted(text: str, asked: Sequence[str], symbols: Sequence[str]) -> str:
    """Return an answer, with a line that names its markets which are not in the reader's currency.

    Args:
        asked: Markets as they were asked for: with a quote asset, that is what was wanted.
        symbols: Markets that the answer shows.

    >>> from telegram_bot.reader import Reader, reading_as
    >>> with reading_as(Reader(quote="EUR")):
    ...     noted("1,234", ["BTC"], ["BTC-USD"]), noted("1,234", ["BTC-USD"], ["BTC-USD"])
    ('1,234\\n<i>Not listed in EUR: shown as BTC/USD.</i>', '1,234')
    """
    quote = reader().quote
    if quote is None or all("-" in word for word in asked):
        return text
    markets = [shown(symbol) for symbol in symbols if symbol not in asked]
    others = [market.shown for market in markets if quote not in (market.base, market.quote)]
    if not others:
        return text
    note = _("Not listed in {quote}: shown as {markets}.")
    return f"{text}\n{italic(escape(note.format(quote=quote, markets=', '.join(others))))}"
