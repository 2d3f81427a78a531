"""Pushes that go together"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("together_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("joined", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("carrier_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_outbox_together_id"), ["together_id"], unique=False)
