"""Facts about the bot itself, live prices under way, and which release a chat was told of."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "facts",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "lives",
        sa.Column("chat", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("turn", sa.String(40), nullable=False),
    )
    op.create_table(
        "news",
        sa.Column("chat", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("version", sa.String(40), nullable=False),
    )
