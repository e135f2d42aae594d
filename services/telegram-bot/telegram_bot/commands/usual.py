"""Asking in the reader's currency first, and as it comes where a market is not traded in that."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from common.errors import UnknownSymbol
from telegram_bot.commands.words import in_usual_quote

T = TypeVar("T")


async def asked_as_usual(symbol: str, ask: Callable[[str], Awaitable[T]]) -> T:
    """Return what `ask` says of a market that a person named.

    Raises:
        UnknownSymbol: If nobody lists it, in any currency.
    """
    usual = in_usual_quote(symbol)
    if usual != symbol:
        try:
            return await ask(usual)
        except UnknownSymbol:
            pass
    return await ask(symbol)
