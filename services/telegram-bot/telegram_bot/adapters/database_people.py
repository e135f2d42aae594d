"""People in the database: one read of three rows by their keys, at most once in some seconds."""

import asyncio
import time
from collections import OrderedDict, namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import time as clock_time
from decimal import Decimal
from functools import cache, partial
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, union

from common.market import Timeframe
from telegram_bot.adapters import database_personal
from telegram_bot.adapters.database_people_tables import questions, settings, users
from telegram_bot.adapters.database_prepared import Prepared
from telegram_bot.adapters.database_reader import Reader as Threads
from telegram_bot.adapters.database_tables import insert_in, insert_of
from telegram_bot.adapters.database_writer import Batch, Writer
from telegram_bot.people import Choices
from telegram_bot.reader import Reader

# So old may what another task has changed still be here; what this task changes it sees at once.
FRESH_SECONDS = 5.0
QUESTION_SECONDS = 600.0
_THIS_UPDATE_SECONDS = 0.5  # nobody answers so fast what another task has asked
_MOST_KNOWN = 10_000
_LONGEST_CODE = 16


@dataclass(frozen=True, slots=True)
class _Known:
    told: str | None
    choices: Choices
    question: str | None
    asked_at: float
    read_at: float


class DatabasePeople:
    """`people.People` over the database; keeps what it read for `FRESH_SECONDS`."""

    def __init__(
        self, writer: Writer, threads: Threads, clock: Callable[[], float] = time.time
    ) -> None:
        self._writer = writer
        self._threads = threads
        self._clock = clock
        self._known: OrderedDict[int, _Known] = OrderedDict()
        self._wanted: dict[int, asyncio.Future[_Known]] = {}
        self._reading: asyncio.Task[None] | None = None
        self._met = Batch(_write_met)
        self._ahead = Batch(self._read_ahead, order=4)

    def expect(self, chats: Iterable[int]) -> None:
        """Read ahead, on the way of what is written next: who has sent an update asks in a moment.

        A read of its own costs as much as a third of an answer, most of it two changes of thread.
        """
        for chat in chats:
            known = self._known.get(chat)
            if known is None or not self._is_fresh(known):
                self._writer.begin(self._ahead, chat).add_done_callback(partial(self._came, chat))

    async def reader(self, chat: int, told: str | None = None) -> Reader:
        """Read three rows by their keys, where it was not done within some seconds."""
        known = self._known.get(chat)
        if known is None or not self._is_fresh(known):
            known = await self._read(chat)
        if told is not None and known.told != told[:_LONGEST_CODE]:
            await self._meet(chat, known, told[:_LONGEST_CODE])
        return known.choices.reader(known.told if told is None else told)

    async def choices(self, chat: int) -> Choices:
        """Return what was chosen, read anew."""
        return (await self._read(chat)).choices

    async def choose(self, chat: int, choices: Choices) -> None:
        """Write one row in the place of the one before."""
        row = {"chat": chat, **_row_of(choices), "changed_at": self._clock()}

        def write(connection: Connection) -> None:
            adding = insert_of(connection)(settings).values(**row)
            changing = adding.on_conflict_do_update(index_elements=[settings.c.chat], set_=row)
            connection.execute(changing)

        await self._writer.submit(write)
        self._known.pop(chat, None)

    async def ask(self, chat: int, command: str) -> None:
        """Keep the command that the next plain words belong to."""
        row = {"chat": chat, "command": command, "asked_at": self._clock()}

        def write(connection: Connection) -> None:
            adding = insert_of(connection)(questions).values(**row)
            asking = adding.on_conflict_do_update(index_elements=[questions.c.chat], set_=row)
            connection.execute(asking)

        await self._writer.submit(write)
        self._known.pop(chat, None)

    async def asked(self, chat: int) -> str | None:
        """Return that command, if it was asked within ten minutes."""
        known = self._known.get(chat)
        if known is None or self._clock() - known.read_at >= _THIS_UPDATE_SECONDS:
            known = await self._read(chat)
        return known.question if self._clock() - known.asked_at < QUESTION_SECONDS else None

    async def end_question(self, chat: int) -> None:
        """Delete the question; costs nothing where none is known to wait."""
        known = self._known.get(chat)
        if known is not None and known.question is None and self._is_fresh(known):
            return
        ending = delete(questions).where(questions.c.chat == chat)
        await self._writer.submit(lambda connection: connection.execute(ending).rowcount)
        self._known.pop(chat, None)

    async def export(self, person: int) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Return every row about a person, by the register."""
        return await self._threads.run(partial(database_personal.export, person=person))

    def forgotten(self, person: int) -> None:
        """Drop what was read of a person."""
        self._known.pop(person, None)

    def _is_fresh(self, known: _Known) -> bool:
        return self._clock() - known.read_at < FRESH_SECONDS

    async def _read(self, chat: int) -> _Known:
        """Read one chat, together with all others that are wanted by then."""
        if chat not in self._wanted:
            self._wanted[chat] = asyncio.get_running_loop().create_future()
        wanted = self._wanted[chat]
        if self._reading is None:
            self._reading = asyncio.create_task(self._read_wanted())
        return await asyncio.shield(wanted)

    async def _read_wanted(self) -> None:
        while self._wanted:
            wanted, self._wanted = self._wanted, {}
            try:
                rows = await self._threads.run(partial(_read_all, chats=list(wanted)))
            except Exception as error:
                for answer in wanted.values():
                    answer.set_exception(error)
                    answer.exception()  # looked at, so that one whom nobody waits for is no news
                continue
            for chat, answer in wanted.items():
                try:
                    known = _known(rows.get(chat), self._clock())
                except Exception as error:  # a choice that only a newer version knows: theirs alone
                    answer.set_exception(error)
                    answer.exception()
                else:
                    self._keep(chat, known)
                    answer.set_result(known)
        self._reading = None

    def _read_ahead(self, connection: Connection, chats: Sequence[int]) -> Sequence[Any]:
        rows = _read_all(connection, list(dict.fromkeys(chats)))
        return [(rows.get(chat), self._clock()) for chat in chats]

    def _came(self, chat: int, asked: "asyncio.Future[Any]") -> None:
        if not asked.cancelled() and asked.exception() is None:
            with suppress(ValueError, ArithmeticError):  # who asks for it is told
                self._keep(chat, _known(*asked.result()))

    async def _meet(self, chat: int, known: _Known, told: str) -> None:
        """Note who speaks, and in which language to write when nobody asks."""
        row = {"chat": chat, "told": told, "since": self._clock()}
        await self._writer.join(self._met, row)
        self._keep(chat, replace(known, told=told))

    def _keep(self, chat: int, known: _Known) -> None:
        self._known[chat] = known
        self._known.move_to_end(chat)
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)


def _read_all(connection: Connection, chats: Sequence[int]) -> Mapping[int, Any]:
    found = _ALL_OF_ONE.read(connection, [{"wanted": chat} for chat in chats])
    rows: list[Any] = [_Row(*columns) for columns in found]
    return {row.chat: row for row in rows}


def _known(row: Any, now: float) -> _Known:
    if row is None:
        return _Known(told=None, choices=Choices(), question=None, asked_at=0.0, read_at=now)
    return _Known(
        told=row.told,
        choices=_choices_of(row),
        question=row.command,
        asked_at=row.asked_at or 0.0,
        read_at=now,
    )


def _write_met(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> Sequence[None]:
    # One row a chat, in order: two tasks that meet the same people wait, and never cross.
    by_chat = {row["chat"]: row for row in rows}
    connection.execute(
        _noting(connection.dialect.name), [by_chat[chat] for chat in sorted(by_chat)]
    )
    return [None] * len(rows)


@cache
def _noting(dialect: str) -> Any:
    adding = insert_in(dialect)(users)
    told = {"told": adding.excluded.told}
    return adding.on_conflict_do_update(index_elements=[users.c.chat], set_=told)


def _everything() -> Any:
    """Select what is kept about one chat."""
    wanted: Any = bindparam("wanted")
    who = union(
        *(select(table.c.chat).where(table.c.chat == wanted) for table in _TABLES)
    ).subquery()
    chosen = (it for it in settings.c if it.name not in ("chat", "changed_at"))
    return select(
        who.c.chat, users.c.told, *chosen, questions.c.command, questions.c.asked_at
    ).select_from(
        who.outerjoin(users, users.c.chat == who.c.chat)
        .outerjoin(settings, settings.c.chat == who.c.chat)
        .outerjoin(questions, questions.c.chat == who.c.chat)
    )


_TABLES = (users, settings, questions)
_all_of_one = _everything()
_ALL_OF_ONE = Prepared(lambda dialect: _all_of_one)
_NAMES = [column.name for column in _all_of_one.selected_columns]
_Row: Any = namedtuple("_Row", _NAMES)  # type: ignore[misc]  # known to SQLAlchemy alone


def _row_of(choices: Choices) -> dict[str, Any]:
    row = {name: None if value is None else _text(value) for name, value in _parts(choices)}
    row["period"] = choices.period
    return row


def _parts(choices: Choices) -> list[tuple[str, Any]]:
    parts = asdict(choices)
    begins, ends = parts.pop("quiet") or (None, None)
    parts["markets"] = " ".join(choices.markets) or None
    return [*parts.items(), ("quiet_from", begins), ("quiet_until", ends)]


def _text(value: Any) -> Any:
    match value:
        case Timeframe():
            return value.value
        case clock_time():
            return f"{value:%H:%M}"
        case Decimal():
            return f"{value:f}"
    return value


def _choices_of(row: Any) -> Choices:
    quiet = None
    if row.quiet_from is not None and row.quiet_until is not None:
        begins, ends = map(clock_time.fromisoformat, (row.quiet_from, row.quiet_until))
        quiet = (begins, ends)
    return Choices(
        language=row.language,
        zone=row.zone,
        numbers=row.numbers,
        quote=row.quote,
        timeframe=Timeframe(row.timeframe) if row.timeframe else None,
        period=row.period,
        equity=Decimal(row.equity) if row.equity else None,
        risk_pct=Decimal(row.risk_pct) if row.risk_pct else None,
        notifications=row.notifications,
        quiet=quiet,
        markets=tuple((row.markets or "").split()),
    )
