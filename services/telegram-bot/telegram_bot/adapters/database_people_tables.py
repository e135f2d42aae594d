"""What is kept of people: who was met, what they chose, what they were asked.

A private chat has the number of its person, so one column serves people and groups.
"""

from sqlalchemy import BigInteger, Column, Float, SmallInteger, String, Table, Text

from telegram_bot.adapters.database_tables import metadata

users = Table(
    "users",
    metadata,
    Column("chat", BigInteger, primary_key=True, autoincrement=False),
    Column("told", String(16), nullable=False),  # the language that Telegram named last
    Column("since", Float, nullable=False),
)

# One row for who chose anything; null: not chosen.
settings = Table(
    "settings",
    metadata,
    Column("chat", BigInteger, primary_key=True, autoincrement=False),
    Column("language", String(2)),
    Column("zone", String(40)),
    Column("numbers", String(8)),
    Column("quote", String(12)),
    Column("timeframe", String(4)),
    Column("period", SmallInteger),
    Column("equity", String(32)),  # a decimal, exactly
    Column("risk_pct", String(32)),
    Column("notifications", String(8)),
    Column("quiet_from", String(5)),  # 22:00
    Column("quiet_until", String(5)),
    Column("markets", Text),  # parted by spaces
    Column("changed_at", Float, nullable=False),
)

# The command that the next plain words belong to.
questions = Table(
    "questions",
    metadata,
    Column("chat", BigInteger, primary_key=True, autoincrement=False),
    Column("command", String(64), nullable=False),
    Column("asked_at", Float, nullable=False),
)
