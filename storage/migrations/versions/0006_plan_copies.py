"""Who was given the plan, regular reports"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

# SQLite's STRICT tables know no boolean.
FLAG = sa.Boolean().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.add_column(sa.Column("text", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("purpose", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("recipients_as_written", sa.Text(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("given_from", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("organiser_id", sa.Integer(), nullable=True))

    op.create_table(
        "plan_recipient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("where_kind", sa.Text(), nullable=False),
        sa.Column("village_ids", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_recipient_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_recipient")),
        sa.UniqueConstraint(
            "plan_id", "line", "role", "where_kind", name=op.f("uq_plan_recipient_plan_id_line_role_where_kind")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "plan_duty",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_duty_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_duty")),
        sa.UniqueConstraint("plan_id", "position", name=op.f("uq_plan_duty_plan_id_position")),
        sqlite_strict=True,
    )
    op.create_table(
        "plan_copy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.Text(), nullable=True),
        sa.Column("called_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_plan_copy_person_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_copy_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_copy")),
        sa.UniqueConstraint("plan_id", "person_id", name=op.f("uq_plan_copy_plan_id_person_id")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("plan_copy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_copy_person_id"), ["person_id"], unique=False)

    op.create_table(
        "regular_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("ends_on", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("is_current", FLAG, nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("done", sa.Text(), nullable=False),
        sa.Column("proposed", sa.Text(), nullable=False),
        sa.Column("reported_by", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.Text(), nullable=False),
        sa.Column("reported_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["reported_by"], ["person.id"], name=op.f("fk_regular_report_reported_by")),
        sa.ForeignKeyConstraint(["school_id"], ["place.id"], name=op.f("fk_regular_report_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regular_report")),
        sa.UniqueConstraint(
            "school_id", "ends_on", "revision", name=op.f("uq_regular_report_school_id_ends_on_revision")
        ),
        sqlite_strict=True,
    )
    with op.batch_alter_table("regular_report", schema=None) as batch_op:
        batch_op.create_index(
            "uq_regular_report_current",
            ["school_id", "ends_on"],
            unique=True,
            sqlite_where=sa.text("is_current = 1"),
            postgresql_where=sa.text("is_current"),
        )
