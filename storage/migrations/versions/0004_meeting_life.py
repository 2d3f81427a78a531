"""A meeting's whole life"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

FLAG = sa.Boolean().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ask_again_at", sa.Text(), nullable=True))
    op.create_table(
        "minutes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("is_current", FLAG, nullable=False),
        sa.Column("came", sa.Integer(), nullable=True),
        sa.Column("agreed", sa.Text(), nullable=False),
        sa.Column("promised_on", sa.Text(), nullable=True),
        sa.Column("written_by", sa.Integer(), nullable=True),
        sa.Column("written_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_minutes_meeting_id")),
        sa.ForeignKeyConstraint(["written_by"], ["person.id"], name=op.f("fk_minutes_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes")),
        sa.UniqueConstraint("meeting_id", "revision", name=op.f("uq_minutes_meeting_id_revision")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("minutes", schema=None) as batch_op:
        batch_op.create_index(
            "uq_minutes_current",
            ["meeting_id"],
            unique=True,
            sqlite_where=sa.text("is_current = 1"),
            postgresql_where=sa.text("is_current"),
        )
    op.create_table(
        "minutes_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("bot", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["minutes_id"], ["minutes.id"], name=op.f("fk_minutes_file_minutes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_file")),
        sa.UniqueConstraint("minutes_id", "file_id", name=op.f("uq_minutes_file_minutes_id_file_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "minutes_family",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("pupil_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["minutes_id"], ["minutes.id"], name=op.f("fk_minutes_family_minutes_id")),
        sa.ForeignKeyConstraint(["pupil_id"], ["pupil.id"], name=op.f("fk_minutes_family_pupil_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_family")),
        sa.UniqueConstraint("minutes_id", "pupil_id", name=op.f("uq_minutes_family_minutes_id_pupil_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "meeting_guest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("pupil_id", sa.Integer(), nullable=False),
        sa.Column("came", FLAG, nullable=False),
        sa.Column("noted_by", sa.Integer(), nullable=True),
        sa.Column("noted_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_guest_meeting_id")),
        sa.ForeignKeyConstraint(["noted_by"], ["person.id"], name=op.f("fk_meeting_guest_noted_by")),
        sa.ForeignKeyConstraint(["pupil_id"], ["pupil.id"], name=op.f("fk_meeting_guest_pupil_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_guest")),
        sa.UniqueConstraint("meeting_id", "pupil_id", name=op.f("uq_meeting_guest_meeting_id_pupil_id")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("meeting_guest", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_guest_pupil_id"), ["pupil_id"], unique=False)
