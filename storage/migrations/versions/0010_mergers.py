"""Hand-overs and mergers"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    with op.batch_alter_table("pupil", schema=None) as batch_op:
        batch_op.add_column(sa.Column("merged_into", sa.Integer(), nullable=True))
    op.create_table(
        "hand_over",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("pupil_id", sa.Integer(), nullable=False),
        sa.Column("from_school_id", sa.Integer(), nullable=True),
        sa.Column("from_class", sa.Text(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=True),
        sa.Column("to_words", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("offered_by", sa.Integer(), nullable=True),
        sa.Column("offered_at", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_hand_over_answered_by")),
        sa.ForeignKeyConstraint(["case_id"], ["pupil_case.id"], name=op.f("fk_hand_over_case_id")),
        sa.ForeignKeyConstraint(["from_school_id"], ["place.id"], name=op.f("fk_hand_over_from_school_id")),
        sa.ForeignKeyConstraint(["offered_by"], ["person.id"], name=op.f("fk_hand_over_offered_by")),
        sa.ForeignKeyConstraint(["pupil_id"], ["pupil.id"], name=op.f("fk_hand_over_pupil_id")),
        sa.ForeignKeyConstraint(["to_id"], ["place.id"], name=op.f("fk_hand_over_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("hand_over", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_hand_over_from_school_id_status"), ["from_school_id", "status"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_hand_over_pupil_id"), ["pupil_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hand_over_to_id_status"), ["to_id", "status"], unique=False)
        batch_op.create_index(
            "uq_hand_over_open",
            ["case_id"],
            unique=True,
            sqlite_where=sa.text("status = 'offered'"),
            postgresql_where=sa.text("status = 'offered'"),
        )
    op.create_table(
        "merger",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("merged_by", sa.Integer(), nullable=True),
        sa.Column("merged_at", sa.Text(), nullable=False),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.Text(), nullable=True),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["kept_id"], ["pupil.id"], name=op.f("fk_merger_kept_id")),
        sa.ForeignKeyConstraint(["merged_by"], ["person.id"], name=op.f("fk_merger_merged_by")),
        sa.ForeignKeyConstraint(["other_id"], ["pupil.id"], name=op.f("fk_merger_other_id")),
        sa.ForeignKeyConstraint(["undone_by"], ["person.id"], name=op.f("fk_merger_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merger")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("merger", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_merger_kept_id"), ["kept_id"], unique=False)
    op.create_table(
        "told_apart",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("said_by", sa.Integer(), nullable=True),
        sa.Column("said_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["first_id"], ["pupil.id"], name=op.f("fk_told_apart_first_id")),
        sa.ForeignKeyConstraint(["said_by"], ["person.id"], name=op.f("fk_told_apart_said_by")),
        sa.ForeignKeyConstraint(["second_id"], ["pupil.id"], name=op.f("fk_told_apart_second_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told_apart")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_told_apart_first_id_second_id")),
        sqlite_strict=True,
    )
