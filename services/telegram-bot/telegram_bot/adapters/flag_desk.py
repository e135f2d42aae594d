"""The desk where flags are turned, over a file or a parameter: each call in a thread."""

import asyncio
from collections.abc import Callable

from common.features import Environment
from common.features.changes import Sheet
from common.features.desk import Desk, Turned
from common.features.shelves import shelf_at
from common.features.turning import Act, Turn
from telegram_bot.flags import ClosedDesk, FlagDesk


class ThreadedDesk:
    """A desk whose calls may take seconds.

    The bot writes no ledger: who takes its machine over must not be able to tell the story of
    deployments. What it turns waits beside the overrides, and the next probe brings it there.
    """

    def __init__(self, desk: Desk, look: Callable[[], None]) -> None:
        self._desk = desk
        self._look = look

    async def sheet(self) -> Sheet:
        return await asyncio.to_thread(self._desk.shelf.read)

    async def turn(self, turn: Turn, act: Act) -> Turned:
        done = await asyncio.to_thread(self._desk.turn, turn, act)
        await asyncio.to_thread(self._look)
        return done


def desk_at(address: str, environment: Environment) -> FlagDesk:
    """Return the desk over the overrides at an address; a closed one where there is none."""
    if not address:
        return ClosedDesk()
    from common.features.switchboard import source_at  # half a megabyte, for few

    return ThreadedDesk(Desk(shelf_at(address)), source_at(address, environment).look)
