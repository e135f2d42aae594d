"""Inbox, outbox, lanes, tasks, the lease and chats."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _inbox()
    _outbox()
    _work()
    op.create_table(
        "chats",
        sa.Column("chat", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("changed_at", sa.Float, nullable=False),
    )
    facts = op.create_table(
        "schema_range",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("oldest_program", sa.Integer, nullable=False),
    )
    op.bulk_insert(facts, [{"id": 1, "oldest_program": 1}])


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("update_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("chat", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(12), nullable=False, server_default="waiting"),
        sa.Column("attempts", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("owner", sa.String(40)),
        sa.Column("received_at", sa.Float, nullable=False),
        sa.Column("finished_at", sa.Float),
    )
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "inbox_waiting",
        "inbox",
        ["chat", "update_id"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String(80), nullable=False, unique=True),
        sa.Column("chat", sa.BigInteger, nullable=False),
        sa.Column("broadcast", sa.Boolean, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("answers_message", sa.BigInteger),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("not_before", sa.Float, nullable=False, server_default="0"),
        sa.Column("tries", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("doubtful", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("owner", sa.String(40)),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("reason", sa.String(200)),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("finished_at", sa.Float),
    )
    unsent = sa.text("state in ('queued', 'sending')")
    op.create_index(
        "outbox_unsent", "outbox", ["chat", "id"], sqlite_where=unsent, postgresql_where=unsent
    )
    answers = sa.text("answers_message is not null")
    op.create_index(
        "outbox_answers",
        "outbox",
        ["chat", "answers_message"],
        sqlite_where=answers,
        postgresql_where=answers,
    )


def _work() -> None:
    op.create_table(
        "lanes",
        sa.Column("chat", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("owner", sa.String(40)),
        sa.Column("stamp", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("since", sa.Float, nullable=False),
    )
    op.create_index("lanes_owner", "lanes", ["owner", "since"])
    op.create_table(
        "tasks",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("seen_at", sa.Float, nullable=False),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("holder", sa.String(40)),
        sa.Column("heir", sa.String(40)),
        sa.Column("epoch", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("expires_at", sa.Float, nullable=False, server_default="0"),
    )
