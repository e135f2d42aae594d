"""What people watch, own and want to be told each day. Times are UTC seconds since 1970."""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, SmallInteger, String, Table

from telegram_bot.adapters.database_tables import metadata

watchlist = Table(
    "watchlist",
    metadata,
    Column("chat", BigInteger, primary_key=True, autoincrement=False),
    Column("symbol", String(32), primary_key=True),
    Column("place", Integer, nullable=False),
)

ledger = Table(
    "ledger",
    metadata,
    Column(
        "number",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("chat", BigInteger, nullable=False),
    Column("side", String(4), nullable=False),
    Column("symbol", String(32), nullable=False),
    Column("quantity", String(64), nullable=False),  # decimals, exactly
    Column("price", String(64), nullable=False),
    Column("fee", String(64), nullable=False),
    Column("note", String(100), nullable=False),
    Column("at", Float, nullable=False),
    Column("gone_at", Float),  # taken out then; the last ones may come back
    Column("made_by", BigInteger),  # the update that it is of
)
Index("ledger_chat", ledger.c.chat, ledger.c.at)

digests = Table(
    "digests",
    metadata,
    Column("chat", BigInteger, primary_key=True, autoincrement=False),
    Column("at", String(5), nullable=False),  # 08:30
    Column("weekdays", SmallInteger, nullable=False),  # bit 0 is Monday
    Column("zone", String(40), nullable=False),
    Column("due", Float, nullable=False),
    Column("day", String(10), nullable=False),  # 2026-11-21
    Column("last", String(10)),
)
Index("digests_due", digests.c.due)
