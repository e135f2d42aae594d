"""The register of what is kept about people: every table is here, or said to hold nothing of them.

`/mydata` exports and deletes by this register; a group that becomes a supergroup takes its rows
along by it. A table of a new feature adds its line, or a test fails.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Table, delete, select, update

from telegram_bot.adapters import database_folio_tables as folio
from telegram_bot.adapters import database_paper_tables as papers
from telegram_bot.adapters import database_people_tables as people
from telegram_bot.adapters.database_alert_tables import alert_fires, alert_marks, alerts
from telegram_bot.adapters.database_tables import (
    WAITING,
    chats,
    facts,
    inbox,
    lanes,
    lease,
    lives,
    news,
    outbox,
    pictures,
    schema_range,
    tasks,
)


@dataclass(frozen=True, slots=True)
class Personal:
    """A table with rows about people.

    Attributes:
        person: The column that holds a person's number, or a group's.
        export: The columns that say something about the person.
    """

    table: Table
    person: Column[Any]
    export: tuple[str, ...]


_ALERT = tuple(
    column.name
    for column in alerts.c
    if column.name not in ("id", "chat", "user_id", "subject", "version", "edge", "level")
)
PERSONAL: tuple[Personal, ...] = (
    Personal(people.users, people.users.c.chat, ("told", "since")),
    Personal(
        people.settings,
        people.settings.c.chat,
        tuple(column.name for column in people.settings.c if column.name != "chat"),
    ),
    Personal(people.questions, people.questions.c.chat, ("command", "asked_at")),
    Personal(alerts, alerts.c.chat, _ALERT),
    Personal(alerts, alerts.c.user_id, _ALERT),  # those that a person set in groups
    Personal(alert_fires, alert_fires.c.chat, ("moment", "price", "direction", "line")),
    Personal(folio.watchlist, folio.watchlist.c.chat, ("symbol", "place")),
    Personal(
        folio.ledger,
        folio.ledger.c.chat,
        ("side", "symbol", "quantity", "price", "fee", "note", "at", "gone_at"),
    ),
    Personal(folio.digests, folio.digests.c.chat, ("at", "weekdays", "zone", "due", "last")),
    Personal(papers.paper_accounts, papers.paper_accounts.c.chat, ("state", "changed_at")),
    Personal(papers.paper_trades, papers.paper_trades.c.chat, ("at", "trade")),
    Personal(papers.paper_marks, papers.paper_marks.c.chat, ("at", "worth")),
    Personal(papers.paper_decisions, papers.paper_decisions.c.chat, ("at", "decided")),
    Personal(chats, chats.c.chat, ("active", "changed_at")),
    Personal(inbox, inbox.c.chat, ("update_id", "body", "received_at", "finished_at")),
    Personal(outbox, outbox.c.chat, ("payload", "state", "created_at", "finished_at")),
    Personal(lives, lives.c.chat, ("turn",)),
    Personal(news, news.c.chat, ("version",)),
)

# They hold what the program needs to run; a chat's lane ends with its work.
IMPERSONAL: tuple[Table, ...] = (
    lanes,
    tasks,
    lease,
    schema_range,
    pictures,
    facts,
    alert_marks,
)


def export(connection: Connection, person: int) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return every row about a person, by table."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for entry in PERSONAL:
        columns = [entry.table.c[name] for name in entry.export]
        rows = connection.execute(select(*columns).where(entry.person == person))
        known = found.setdefault(entry.table.name, [])
        known += [row for row in map(dict, rows.mappings()) if row not in known]
    return found


def forget(connection: Connection, person: int) -> None:
    """Delete every row about a person, but updates of theirs that still wait for an answer."""
    for entry in PERSONAL:
        forgetting = delete(entry.table).where(entry.person == person)
        if entry.table is inbox:
            forgetting = forgetting.where(inbox.c.state != WAITING)
        connection.execute(forgetting)


def move(connection: Connection, old: int, new: int) -> None:
    """Bring what was chosen for a group to the supergroup that took its place."""
    for entry in PERSONAL:
        if entry.table in (chats, inbox, outbox):
            continue  # these know more about moving
        taken = select(entry.person).where(entry.person == new)
        moving = update(entry.table).where(entry.person == old)
        if entry.person.primary_key and connection.execute(taken).first() is not None:
            connection.execute(delete(entry.table).where(entry.person == old))
        else:
            connection.execute(moving.values({entry.person: new}))
