"""The tables of alerts. Numbers that must be exact are text; ranks are what the index sorts by."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from telegram_bot.adapters.database_tables import metadata

_Id = BigInteger().with_variant(Integer, "sqlite")

alerts = Table(
    "alerts",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("chat", BigInteger, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("number", Integer),  # what the chat calls it; null for what is no message
    Column("purpose", String(12), nullable=False),
    Column("subject", String(80)),  # what the purpose calls it; of messages: the update it is of
    Column("symbol", String(32), nullable=False),
    Column("measure", String(24), nullable=False),
    Column("direction", String(4), nullable=False),
    Column("threshold", Text, nullable=False),
    Column("percent", Text),
    Column("anchor", Text),
    Column("repeat", String(8), nullable=False),
    Column("pause", Float, nullable=False),
    Column("expires_at", Float),
    Column("note", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("state", String(8), nullable=False),
    Column("since", Float, nullable=False),
    Column("anchored_at", Float, nullable=False),
    Column("wakes_at", Float),
    Column("version", Integer, nullable=False),
    Column("edge", String(4)),  # rise, fall or both: how a value wakes it; null: none does
    Column("level", BigInteger),  # the rank from which on it does
    Column("edited_at", Float, nullable=False),  # by a person
    UniqueConstraint("chat", "number"),
    UniqueConstraint("purpose", "subject"),
)
_touched = text("edge is not null")
Index(
    "alerts_touched",
    alerts.c.symbol,
    alerts.c.measure,
    alerts.c.edge,
    alerts.c.level,
    sqlite_where=_touched,
    postgresql_where=_touched,
)
_wakes = text("wakes_at is not null")
Index(
    "alerts_waking",
    alerts.c.symbol,
    alerts.c.measure,
    alerts.c.wakes_at,
    sqlite_where=_wakes,
    postgresql_where=_wakes,
)
_expires = text("expires_at is not null")
Index(
    "alerts_expiring",
    alerts.c.expires_at,
    sqlite_where=_expires,
    postgresql_where=_expires,
)
Index("alerts_edited", alerts.c.edited_at)

alert_fires = Table(
    "alert_fires",
    metadata,
    Column("alert", BigInteger, primary_key=True, autoincrement=False),
    Column("moment", BigInteger, primary_key=True, autoincrement=False),  # UTC milliseconds
    Column("chat", BigInteger, nullable=False),
    Column("price", Text, nullable=False),
    Column("direction", String(4), nullable=False),
    Column("line", Text, nullable=False),
    Column("message", String(80)),  # the outbox's key; null: none was sent
    Column("told_at", Float, nullable=False),
    Column(
        "known", Boolean, nullable=False, server_default=false()
    ),  # by the person, or not wanted
)
Index("alert_fires_chat", alert_fires.c.chat, alert_fires.c.told_at)

alert_marks = Table(
    "alert_marks",
    metadata,
    Column("symbol", String(32), primary_key=True),
    Column("measure", String(24), primary_key=True),
    Column("until", Float, nullable=False),
)
