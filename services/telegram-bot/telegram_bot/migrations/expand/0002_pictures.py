"""A file that goes with a message, and the names that Telegram gave to pictures."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("file", sa.LargeBinary))
    op.create_table(
        "pictures",
        sa.Column("shown", sa.String(80), primary_key=True),
        sa.Column("file_id", sa.String(200), nullable=False),
        sa.Column("until", sa.Float, nullable=False),
    )
    op.create_index("pictures_until", "pictures", ["until"])
