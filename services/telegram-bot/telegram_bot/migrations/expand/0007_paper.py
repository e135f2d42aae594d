"""Paper accounts, their trades, what they were worth, and why presets traded."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "paper_accounts",
        sa.Column("chat", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("busy", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("changed_at", sa.Float, nullable=False),
    )
    busy = sa.text("busy")
    op.create_index(
        "paper_busy", "paper_accounts", ["chat"], sqlite_where=busy, postgresql_where=busy
    )
    for name, *columns in (
        ("paper_trades", sa.Column("trade", sa.Text, nullable=False)),
        ("paper_marks", sa.Column("worth", sa.String(64), nullable=False)),
        ("paper_decisions", sa.Column("decided", sa.Text, nullable=False)),
    ):
        op.create_table(
            name,
            sa.Column("id", _ID, primary_key=True, autoincrement=True),
            sa.Column("chat", sa.BigInteger, nullable=False),
            sa.Column("at", sa.Float, nullable=False),
            *columns,
        )
        op.create_index(f"{name}_chat", name, ["chat", "id"])
