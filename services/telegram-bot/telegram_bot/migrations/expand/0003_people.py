"""People: who was met, what they chose, what they were asked."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("chat", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("told", sa.String(16), nullable=False),
        sa.Column("since", sa.Float, nullable=False),
    )
    op.create_table(
        "settings",
        sa.Column("chat", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("language", sa.String(2)),
        sa.Column("zone", sa.String(40)),
        sa.Column("numbers", sa.String(8)),
        sa.Column("quote", sa.String(12)),
        sa.Column("timeframe", sa.String(4)),
        sa.Column("period", sa.SmallInteger),
        sa.Column("equity", sa.String(32)),
        sa.Column("risk_pct", sa.String(32)),
        sa.Column("notifications", sa.String(8)),
        sa.Column("quiet_from", sa.String(5)),
        sa.Column("quiet_until", sa.String(5)),
        sa.Column("changed_at", sa.Float, nullable=False),
    )
    op.create_table(
        "questions",
        sa.Column("chat", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("command", sa.String(64), nullable=False),
        sa.Column("asked_at", sa.Float, nullable=False),
    )
