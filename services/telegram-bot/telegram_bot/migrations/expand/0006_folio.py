"""What people watch, own and want to be told each day."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "watchlist",
        sa.Column("chat", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("symbol", sa.String(32), primary_key=True),
        sa.Column("place", sa.Integer, nullable=False),
    )
    op.create_table(
        "ledger",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("chat", sa.BigInteger, nullable=False),
        sa.Column("side", sa.String(4), nullable=False),
        sa.Column("symbol", sa.String(32), nullable=False),
        sa.Column("quantity", sa.String(64), nullable=False),
        sa.Column("price", sa.String(64), nullable=False),
        sa.Column("fee", sa.String(64), nullable=False),
        sa.Column("note", sa.String(100), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("gone_at", sa.Float),
    )
    op.create_index("ledger_chat", "ledger", ["chat", "at"])
    op.create_table(
        "digests",
        sa.Column("chat", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(5), nullable=False),
        sa.Column("weekdays", sa.SmallInteger, nullable=False),
        sa.Column("zone", sa.String(40), nullable=False),
        sa.Column("due", sa.Float, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("last", sa.String(10)),
    )
    op.create_index("digests_due", "digests", ["due"])
