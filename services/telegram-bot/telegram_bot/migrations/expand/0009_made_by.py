"""Which update wrote a trade down, so that it is written down once however often it is begun."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("ledger", sa.Column("made_by", sa.BigInteger))
