"""Which market a person means by a coin that is several."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("settings", sa.Column("markets", sa.Text))
