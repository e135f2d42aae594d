"""What people wrote down about their trades, and who keeps it. No exchange is ever asked for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol

from telegram_bot.work import under_way

Side = Literal["buy", "sell"]
MOST_ENTRIES = 1_000
LONGEST_NOTE = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One trade as a person wrote it down.

    Attributes:
        symbol: `BASE-QUOTE`; price and fee are in its quote asset.
        quantity: Of the base asset, above 0.
        price: Of one unit, 0 or more: what was a gift cost nothing.
        fee: 0 or more.
        at: When it happened, aware UTC.
        number: By which the person names it; 0 before it is kept.
        made_by: The update that brought it; 0 where none did, or it is not kept yet.
    """

    side: Side
    symbol: str
    quantity: Decimal
    price: Decimal
    at: datetime
    fee: Decimal = Decimal(0)
    note: str = ""
    number: int = 0
    made_by: int = field(default=0, compare=False)


def before_this_update(entries: Sequence[Entry]) -> list[Entry]:
    """Return what was there when the update that is being answered was first begun.

    A task that dies before its answer leaves the update to the next one; see `work.under_way`.
    """
    return [entry for entry in entries if not entry.made_by or entry.made_by != under_way.get()]


class Ledger(Protocol):
    """Knows each chat's trades."""

    async def entries(self, chat: int) -> Sequence[Entry]:
        """Return all of them, oldest trade first."""
        ...

    async def add(self, chat: int, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Keep entries and return them with their numbers; who asks sees to `MOST_ENTRIES`.

        An update adds once: begun again, it gets what it added then.
        """
        ...

    async def remove(self, chat: int, numbers: Sequence[int]) -> int:
        """Take entries out, to be forgotten within the day; return how many there were."""
        ...

    async def undo(self, chat: int) -> int:
        """Bring back what the last `remove` took out; return how many entries that were."""
        ...


class PassingLedger:
    """`Ledger` that lasts no longer than the program."""

    def __init__(self) -> None:
        self._entries: dict[int, list[Entry]] = {}
        self._gone: dict[int, list[Entry]] = {}
        self._last = 0

    async def entries(self, chat: int) -> Sequence[Entry]:
        return sorted(self._entries.get(chat, ()), key=lambda entry: (entry.at, entry.number))

    async def add(self, chat: int, entries: Sequence[Entry]) -> Sequence[Entry]:
        update, mine = under_way.get(), self._entries.get(chat, ())
        if update and (added := [entry for entry in mine if entry.made_by == update]):
            return added
        kept = [
            replace(entry, number=self._last + place, made_by=update)
            for place, entry in enumerate(entries, 1)
        ]
        self._last += len(kept)
        self._entries.setdefault(chat, []).extend(kept)
        return kept

    async def remove(self, chat: int, numbers: Sequence[int]) -> int:
        mine = self._entries.get(chat, [])
        gone = [entry for entry in mine if entry.number in numbers]
        if gone:
            self._gone[chat] = gone
            self._entries[chat] = [entry for entry in mine if entry not in gone]
        return len(gone)

    async def undo(self, chat: int) -> int:
        back = self._gone.pop(chat, [])
        self._entries.setdefault(chat, []).extend(back)
        return len(back)
