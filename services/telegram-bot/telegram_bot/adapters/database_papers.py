"""Paper accounts in the database: a change, its watches and what is told are one transaction."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, delete, insert, select, update

from telegram_bot.adapters import database_outbox
from telegram_bot.adapters.database_paper_levels import candle_of, watch
from telegram_bot.adapters.database_paper_tables import (
    BUSY,
    paper_accounts,
    paper_decisions,
    paper_marks,
    paper_trades,
)
from telegram_bot.adapters.database_reader import Reader
from telegram_bot.adapters.database_tables import insert_of
from telegram_bot.adapters.database_writer import Writer
from telegram_bot.adapters.telegram_outgoing import Place, new_messages, silenced
from telegram_bot.alerts.rules import Alert
from telegram_bot.alerts.store import Fire
from telegram_bot.outgoing import Message
from telegram_bot.paper.book import MOST_DECISIONS, Change, Decided, Paper
from telegram_bot.paper.levels import levels, meet
from telegram_bot.paper.wording import show_rows, sold_text
from telegram_bot.profiles import Profile
from telegram_bot.reader import reading_as
from telegram_bot.replies import Reply
from telegram_bot.simulation.account import Trade

_papers = msgspec.json.Decoder(Paper)
_trades = msgspec.json.Decoder(Trade)
_decisions = msgspec.json.Decoder(Decided)
_MOST_READ = 5_000
_JOURNALS = (paper_trades, paper_marks, paper_decisions)


class DatabasePapers:
    """`paper.book.Papers` over the database."""

    def __init__(
        self,
        writer: Writer,
        reader: Reader,
        profile: Profile,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Fill at the prices of the profile's exchange, for its costs."""
        self._writer = writer
        self._reader = reader
        self._profile = profile
        self._clock = clock

    async def find(self, chat: int) -> Paper | None:
        """Return an account at the version that its row has."""
        asked = select(paper_accounts).where(paper_accounts.c.chat == chat)
        row = await self._reader.run(lambda connection: connection.execute(asked).first())
        return None if row is None else _paper_of(row)

    async def save(self, change: Change) -> bool:
        """Write all of a change and its message, where the row still has its version."""
        return await self._writer.submit(partial(self._save, change=change))

    async def busy(self) -> Sequence[Paper]:
        """Return them by a partial index, which SQLite takes for its own words alone."""
        asked = select(paper_accounts).where(BUSY).order_by(paper_accounts.c.chat)
        rows = await self._reader.run(lambda connection: connection.execute(asked).all())
        return [_paper_of(row) for row in rows]

    async def trades(self, chat: int) -> Sequence[Trade]:
        """Return the last five thousand, oldest first."""
        rows = await self._journal(paper_trades, chat)
        return [_trades.decode(row.trade) for row in reversed(rows)]

    async def marks(self, chat: int) -> Sequence[tuple[float, Decimal]]:
        """Return the last five thousand, oldest first."""
        rows = await self._journal(paper_marks, chat)
        return [(row.at, Decimal(row.worth)) for row in reversed(rows)]

    async def decisions(self, chat: int) -> Sequence[Decided]:
        """Return as many as are kept, newest first."""
        rows = await self._journal(paper_decisions, chat)
        return [_decisions.decode(row.decided) for row in rows[:MOST_DECISIONS]]

    async def reset(self, chat: int) -> None:
        """Delete a chat's rows of all four tables, and what was watched for it."""

        def write(connection: Connection) -> None:
            for table in (paper_accounts, *_JOURNALS):
                connection.execute(delete(table).where(table.c.chat == chat))
            watch(connection, chat, (), self._profile.exchange, now=self._clock())

        await self._writer.submit(write)

    def react(self, connection: Connection, alert: Alert, fire: Fire) -> None:
        """Let a price, or a candle, that touched a level meet the position; a `Reaction`."""
        chat, look = alert.chat, fire.look
        asked = select(paper_accounts).where(paper_accounts.c.chat == chat).with_for_update()
        row = connection.execute(asked).first()
        if row is None or look is None:
            watch(connection, chat, (), self._profile.exchange, now=self._clock())
            return
        paper, trade = meet(_paper_of(row), alert.rule.symbol, candle_of(look), self._profile)
        change = Change(paper)
        if trade is not None:
            change = self._sold(paper, trade, fire)
        self._save(connection, change, since=look.at)

    def _sold(self, paper: Paper, trade: Trade, fire: Fire) -> Change:
        """Return what is kept and told of a position that a level has ended."""
        if paper.account.positions:  # what the others are worth is noted at the next look
            paper, mark = replace(paper, marked_at=0.0), None
        else:
            mark = (fire.at, paper.account.cash)
        told = None
        if fire.reader.notifications != "off":
            with reading_as(fire.reader):
                text = sold_text([trade], paper, self._profile, self._clock())
                told = Reply(text, show_rows())
        return Change(paper, (trade,), mark=mark, told=told, silent=fire.silent)

    async def _journal(self, table: Table, chat: int):  # type: ignore[no-untyped-def]
        """Return rows of one chat, newest first."""
        asked = select(table).where(table.c.chat == chat).order_by(table.c.id.desc())
        asked = asked.limit(_MOST_READ)
        return await self._reader.run(lambda connection: connection.execute(asked).all())

    def _save(self, connection: Connection, change: Change, since: float | None = None) -> bool:
        paper, now = change.paper, self._clock()
        facts = {
            "version": paper.version + 1,
            "busy": paper.busy,
            "state": msgspec.json.encode(paper).decode(),
            "changed_at": now,
        }
        if paper.version == 0:
            row = insert_of(connection)(paper_accounts).values(chat=paper.chat, **facts)
            added = row.on_conflict_do_nothing().returning(paper_accounts.c.chat)
            if connection.scalar(added) is None:
                return False
        else:
            same = (paper_accounts.c.chat == paper.chat, paper_accounts.c.version == paper.version)
            if not connection.execute(update(paper_accounts).where(*same).values(**facts)).rowcount:
                return False
        self._note(connection, change)
        exchange = self._profile.exchange
        watch(connection, paper.chat, levels(paper), exchange, now=now, since=since)
        if change.told is not None:
            name = f"paper {paper.chat} {paper.version} {round(paper.opened_at)}"
            told = [
                silenced(what) if change.silent else what
                for what in new_messages(change.told, Place())
            ]
            messages = [
                Message(f"{name}.{number}", paper.chat, what, now, broadcast=True, marked=False)
                for number, what in enumerate(told)
            ]
            database_outbox.queue(connection, messages)
        return True

    @staticmethod
    def _note(connection: Connection, change: Change) -> None:
        chat = change.paper.chat
        for trade in change.trades:
            text = msgspec.json.encode(trade).decode()
            row = {"chat": chat, "at": trade.closed_at, "trade": text}
            connection.execute(insert(paper_trades).values(**row))
        for decided in change.decisions:
            text = msgspec.json.encode(decided).decode()
            row = {"chat": chat, "at": decided.at, "decided": text}
            connection.execute(insert(paper_decisions).values(**row))
        if change.decisions:
            mine = paper_decisions.c.chat == chat
            newest = select(paper_decisions.c.id).where(mine).order_by(paper_decisions.c.id.desc())
            kept = newest.limit(MOST_DECISIONS)
            connection.execute(
                delete(paper_decisions).where(mine, paper_decisions.c.id.not_in(kept))
            )
        if change.mark is not None:
            at, worth = change.mark
            row = {"chat": chat, "at": at, "worth": f"{worth:f}"[:64]}
            connection.execute(insert(paper_marks).values(**row))


def _paper_of(row: Any) -> Paper:
    return replace(_papers.decode(row.state), version=row.version)
