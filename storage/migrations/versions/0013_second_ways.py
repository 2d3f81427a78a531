"""Second ways"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "link_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code_hmac", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("bot", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("shown_as", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_link_request_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_request")),
        sa.UniqueConstraint("code_hmac", name=op.f("uq_link_request_code_hmac")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("link_request", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_link_request_person_id_created_at"), ["person_id", "created_at"], unique=False
        )

    op.create_table(
        "telephoned",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("called_by", sa.Integer(), nullable=True),
        sa.Column("called_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["called_by"], ["person.id"], name=op.f("fk_telephoned_called_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_telephoned_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telephoned")),
        sa.UniqueConstraint("person_id", "day", name=op.f("uq_telephoned_person_id_day")),
        sqlite_strict=True,
    )

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("moved_from", sa.Integer(), nullable=True))

    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.add_column(sa.Column("gone_at", sa.Text(), nullable=True))
