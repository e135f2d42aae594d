"""The bot's database, opened: what the rest of the program is given."""

import asyncio
import os
import secrets
import socket
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from telegram_bot.adapters import database_schema
from telegram_bot.adapters.database_alert_book import DatabaseAlertBook
from telegram_bot.adapters.database_alert_fires import Reaction
from telegram_bot.adapters.database_alerts import DatabaseAlerts
from telegram_bot.adapters.database_digests import DatabaseDigests
from telegram_bot.adapters.database_engine import open_engine
from telegram_bot.adapters.database_facts import DatabaseFacts
from telegram_bot.adapters.database_inbox import DatabaseInbox
from telegram_bot.adapters.database_lanes import DatabaseLanes
from telegram_bot.adapters.database_lease import DatabaseLease
from telegram_bot.adapters.database_ledger import DatabaseLedger
from telegram_bot.adapters.database_lives import DatabaseLives
from telegram_bot.adapters.database_news import DatabaseNews
from telegram_bot.adapters.database_outbox import DatabaseOutbox
from telegram_bot.adapters.database_paper_levels import PURPOSE
from telegram_bot.adapters.database_papers import DatabasePapers
from telegram_bot.adapters.database_people import DatabasePeople
from telegram_bot.adapters.database_reader import Reader
from telegram_bot.adapters.database_watchlists import DatabaseWatchlists
from telegram_bot.adapters.database_writer import Writer
from telegram_bot.profiles import Profile
from telegram_bot.profiles import load as load_profile

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Database:
    """Everything that is kept.

    Attributes:
        owner: This process, by a name that no other ever has.
    """

    owner: str
    writer: Writer
    reader: Reader
    inbox: DatabaseInbox
    lanes: DatabaseLanes
    outbox: DatabaseOutbox
    lease: DatabaseLease
    people: DatabasePeople
    facts: DatabaseFacts
    news: DatabaseNews
    lives: DatabaseLives
    alerts: DatabaseAlerts
    alert_book: DatabaseAlertBook
    watchlists: DatabaseWatchlists
    papers: DatabasePapers
    ledger: DatabaseLedger
    digests: DatabaseDigests


@asynccontextmanager
async def opened(
    engine: Engine,
    dead_after: float,
    owner: str | None = None,
    clock: Callable[[], float] = time.time,
    reactions: Mapping[str, Reaction] | None = None,
    profile: Profile | None = None,
) -> AsyncIterator[Database]:
    """Yield the stores over a database that is in shape; write what waits at the end.

    Args:
        reactions: To price watches that are no messages (see `database_price_watches`), besides
            those of paper trading.
        profile: By which paper is traded; SIMU's where none is given.
    """
    owner = owner or own_name()
    writer, reader = Writer(engine), Reader(engine)
    lease = DatabaseLease(writer, reader, owner, dead_after, clock=clock)
    papers = DatabasePapers(writer, reader, profile or load_profile("SIMU"), clock)
    reactions = {PURPOSE: papers.react, **(reactions or {})}
    base = Database(
        owner=owner,
        writer=writer,
        reader=reader,
        inbox=DatabaseInbox(writer, owner, clock),
        lanes=DatabaseLanes(writer, owner, dead_after, clock),
        outbox=DatabaseOutbox(writer, reader, owner, clock),
        lease=lease,
        people=DatabasePeople(writer, reader, clock),
        facts=DatabaseFacts(writer, reader),
        news=DatabaseNews(writer),
        lives=DatabaseLives(writer, reader),
        alerts=DatabaseAlerts(writer, reader, clock),
        alert_book=DatabaseAlertBook(lease, reader, reactions, clock),
        watchlists=DatabaseWatchlists(writer, reader),
        papers=papers,
        ledger=DatabaseLedger(writer, reader, clock),
        digests=DatabaseDigests(writer, reader),
    )
    try:
        yield base
    finally:
        await writer.close()
        reader.close()
        engine.dispose()


async def prepared(url: str, pause: Callable[[], float]) -> Engine:
    """Open the database and bring it into shape, waiting for it as long as it cannot be reached.

    Args:
        pause: Returns seconds until the next try.

    Raises:
        Misconfigured: If the address is wrong, or the database is not one for this program.
    """
    engine = open_engine(url)
    away = False
    while True:
        try:
            await asyncio.to_thread(database_schema.prepare, engine)
            return engine
        except DBAPIError as error:
            if not away:
                reason = type(error.orig).__name__  # its text may hold the address
                log.warning("the database cannot be used, waiting for it", reason=reason)
            away = True
            await asyncio.sleep(pause())


def own_name() -> str:
    """Return a name for this process: the host, its number, and chance."""
    return f"{socket.gethostname()[:18]}-{os.getpid()}-{secrets.token_hex(4)}"[:40]
