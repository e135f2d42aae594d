"""Alerts, what they told, and up to when the market was looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _alerts()
    op.create_table(
        "alert_fires",
        sa.Column("alert", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("moment", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("chat", sa.BigInteger, nullable=False),
        sa.Column("price", sa.Text, nullable=False),
        sa.Column("direction", sa.String(4), nullable=False),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("message", sa.String(80)),
        sa.Column("told_at", sa.Float, nullable=False),
        sa.Column("known", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.create_index("alert_fires_chat", "alert_fires", ["chat", "told_at"])
    op.create_table(
        "alert_marks",
        sa.Column("symbol", sa.String(32), primary_key=True),
        sa.Column("measure", sa.String(24), primary_key=True),
        sa.Column("until", sa.Float, nullable=False),
    )


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("chat", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Integer),
        sa.Column("purpose", sa.String(12), nullable=False),
        sa.Column("subject", sa.String(80)),
        sa.Column("symbol", sa.String(32), nullable=False),
        sa.Column("measure", sa.String(24), nullable=False),
        sa.Column("direction", sa.String(4), nullable=False),
        sa.Column("threshold", sa.Text, nullable=False),
        sa.Column("percent", sa.Text),
        sa.Column("anchor", sa.Text),
        sa.Column("repeat", sa.String(8), nullable=False),
        sa.Column("pause", sa.Float, nullable=False),
        sa.Column("expires_at", sa.Float),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("since", sa.Float, nullable=False),
        sa.Column("anchored_at", sa.Float, nullable=False),
        sa.Column("wakes_at", sa.Float),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("edge", sa.String(4)),
        sa.Column("level", sa.BigInteger),
        sa.Column("edited_at", sa.Float, nullable=False),
        sa.UniqueConstraint("chat", "number"),
        sa.UniqueConstraint("purpose", "subject"),
    )
    _partial("alerts_touched", ["symbol", "measure", "edge", "level"], "edge is not null")
    _partial("alerts_waking", ["symbol", "measure", "wakes_at"], "wakes_at is not null")
    _partial("alerts_expiring", ["expires_at"], "expires_at is not null")
    op.create_index("alerts_edited", "alerts", ["edited_at"])


def _partial(name: str, columns: list[str], where: str) -> None:
    kept = sa.text(where)
    op.create_index(name, "alerts", columns, sqlite_where=kept, postgresql_where=kept)
