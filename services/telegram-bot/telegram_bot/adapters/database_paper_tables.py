"""Paper accounts and what they did. Times are UTC seconds since 1970; what is JSON is one value."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, String, Table, Text, text

from telegram_bot.adapters.database_tables import metadata

_Id = BigInteger().with_variant(Integer, "sqlite")

paper_accounts = Table(
    "paper_accounts",
    metadata,
    Column("chat", BigInteger, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("busy", Boolean, nullable=False),  # something has to be watched
    Column("state", Text, nullable=False),  # paper.book.Paper
    Column("changed_at", Float, nullable=False),
)
BUSY = text("busy")  # for queries too
Index("paper_busy", paper_accounts.c.chat, sqlite_where=BUSY, postgresql_where=BUSY)


def _journal(name: str, column: Column[str]) -> Table:
    table = Table(
        name,
        metadata,
        Column("id", _Id, primary_key=True, autoincrement=True),
        Column("chat", BigInteger, nullable=False),
        Column("at", Float, nullable=False),
        column,
    )
    Index(f"{name}_chat", table.c.chat, table.c.id)
    return table


paper_trades = _journal("paper_trades", Column("trade", Text, nullable=False))
paper_marks = _journal("paper_marks", Column("worth", String(64), nullable=False))
paper_decisions = _journal("paper_decisions", Column("decided", Text, nullable=False))
