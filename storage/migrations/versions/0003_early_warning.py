"""Thresholds, alerts, cases, promises"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

FLAG = sa.Boolean().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "threshold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=True),
        sa.Column("set_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["commune_id"], ["place.id"], name=op.f("fk_threshold_commune_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threshold")),
        sa.UniqueConstraint("commune_id", "key", name=op.f("uq_threshold_commune_id_key")),
        sqlite_strict=True,
    )
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pupil_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("raised_on", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("cleared_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["pupil_id"], ["pupil.id"], name=op.f("fk_alert_pupil_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_pupil_id"), ["pupil_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_alert_rule_raised_on"), ["rule", "raised_on"], unique=False)
        batch_op.create_index(
            "uq_alert_open",
            ["pupil_id", "rule"],
            unique=True,
            sqlite_where=sa.text("cleared_at IS NULL"),
            postgresql_where=sa.text("cleared_at IS NULL"),
        )
    op.create_table(
        "call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pupil_id", sa.Integer(), nullable=False),
        sa.Column("caller_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("is_reached", FLAG, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["pupil_id"], ["pupil.id"], name=op.f("fk_call_pupil_id")),
        sa.ForeignKeyConstraint(["caller_id"], ["person.id"], name=op.f("fk_call_caller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_call_pupil_id"), ["pupil_id"], unique=False)
    op.create_table(
        "promise",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pupil_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.Text(), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("taken_back_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["pupil_id"], ["pupil.id"], name=op.f("fk_promise_pupil_id")),
        sa.ForeignKeyConstraint(["case_id"], ["pupil_case.id"], name=op.f("fk_promise_case_id")),
        sa.ForeignKeyConstraint(["to_id"], ["person.id"], name=op.f("fk_promise_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("promise", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_promise_pupil_id_day"), ["pupil_id", "day"], unique=False)
        batch_op.create_index(batch_op.f("ix_promise_day_kept"), ["day", "kept"], unique=False)
        batch_op.create_index(batch_op.f("ix_promise_to_id"), ["to_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_promise_visit_id"), ["visit_id"], unique=False)
    _cases()


def _cases() -> None:
    with op.batch_alter_table("pupil_case", schema=None) as batch_op:
        batch_op.add_column(sa.Column("why", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("opened_on", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("rung", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("asked_at", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("accepted_at", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("escalates_at", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("overdue", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("is_with_commune", FLAG, server_default="0", nullable=False))
        batch_op.add_column(sa.Column("back_on", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("watched_from", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("watch_days", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("watch_missed", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("proposed_at", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("is_noted", FLAG, server_default="0", nullable=False))
        batch_op.add_column(sa.Column("reopened", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("handed_to", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("handed_to_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("handed_at", sa.Text(), nullable=True))
        batch_op.create_index(batch_op.f("ix_pupil_case_escalates_at"), ["escalates_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_pupil_case_owner_id"), ["owner_id"], unique=False)
    op.create_table(
        "case_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["pupil_case.id"], name=op.f("fk_case_event_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_event")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("case_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_event_case_id_at"), ["case_id", "at"], unique=False)
    op.create_table(
        "case_helper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["pupil_case.id"], name=op.f("fk_case_helper_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_case_helper_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_helper")),
        sa.UniqueConstraint("case_id", "person_id", name=op.f("uq_case_helper_case_id_person_id")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("case_helper", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_helper_person_id"), ["person_id"], unique=False)
