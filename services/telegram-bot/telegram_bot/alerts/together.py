"""Ask many at once, so that one who says nothing keeps nobody else waiting."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from telegram_bot.work import Lost

Item = TypeVar("Item")

_AT_ONCE = 8  # of the sixteen connections to market-data, which the streams use too


async def together(work: Callable[[Item], Awaitable[None]], items: Iterable[Item]) -> None:
    """Do it for every item, whatever fails.

    Raises:
        Exception: The first that was met; Lost before any other.
    """
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(item: Item) -> None:
        async with room:
            await work(item)

    outcomes = await asyncio.gather(*map(one, items), return_exceptions=True)
    errors = [error for error in outcomes if error is not None]
    if errors:
        raise min(errors, key=lambda error: not isinstance(error, Lost))
