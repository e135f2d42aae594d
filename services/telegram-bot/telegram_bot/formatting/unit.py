"""What an amount of the quote asset is counted in: nothing, where we do not know that asset.

A contract's name may end in a word that is no money: in BTC-PERP nothing is priced in "PERP".
"""

from common.assets import NAMES, QUOTES
from telegram_bot.formatting.source import shown

_KNOWN = frozenset(QUOTES) | frozenset(NAMES)


def unit(symbol: str) -> str | None:
    """Return the quote asset of a symbol of the wire, if it is one that we know.

    >>> unit("BTC-USDT"), unit("BTC-PERP")
    ('USDT', None)
    """
    quote = shown(symbol).quote
    return quote if quote in _KNOWN else None


def quoted(amount: str, symbol: str) -> str:
    """Put the unit, if there is one, behind an amount; takes markup or plain text.

    >>> quoted("33.5", "BTC-USD"), quoted("33.5", "BTC-PERP")
    ('33.5 USD', '33.5')
    """
    known = unit(symbol)
    return f"{amount} {known}" if known else amount
