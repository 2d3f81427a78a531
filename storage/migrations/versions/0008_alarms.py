"""Alarms"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

FLAG = sa.Boolean().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "alarm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("bot", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.Text(), nullable=False),
        sa.Column("told_at", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("alarm", schema=None) as batch_op:
        batch_op.create_index(
            "uq_alarm_open",
            ["kind", "channel", "bot"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_alarm_kind_raised_at"), ["kind", "raised_at"], unique=False)
    with op.batch_alter_table("code_try", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_unread", FLAG, server_default="0", nullable=False))
        batch_op.create_index(batch_op.f("ix_code_try_at"), ["at"], unique=False)
