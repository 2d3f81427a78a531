"""The school calendar"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

FLAG = sa.Boolean().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "school_year",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Text(), nullable=False),
        sa.Column("ends_on", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["place.id"], name=op.f("fk_school_year_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_year")),
        sa.UniqueConstraint("school_id", "year", name=op.f("uq_school_year_school_id_year")),
        sqlite_strict=True,
    )
    op.create_table(
        "class_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("half", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["school_class.id"], name=op.f("fk_class_session_class_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_session")),
        sa.UniqueConstraint("class_id", "weekday", "half", name=op.f("uq_class_session_class_id_weekday_half")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("class_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_class_session_weekday_starts_at"), ["weekday", "starts_at"], unique=False)
    op.create_table(
        "closure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("village_id", sa.Integer(), nullable=True),
        sa.Column("half", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Text(), nullable=False),
        sa.Column("until_on", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("taken_back_at", sa.Text(), nullable=True),
        sa.Column("taken_back_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["commune_id"], ["place.id"], name=op.f("fk_closure_commune_id")),
        sa.ForeignKeyConstraint(["school_id"], ["place.id"], name=op.f("fk_closure_school_id")),
        sa.ForeignKeyConstraint(["site_id"], ["place.id"], name=op.f("fk_closure_site_id")),
        sa.ForeignKeyConstraint(["class_id"], ["school_class.id"], name=op.f("fk_closure_class_id")),
        sa.ForeignKeyConstraint(["village_id"], ["place.id"], name=op.f("fk_closure_village_id")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_closure_made_by")),
        sa.ForeignKeyConstraint(["taken_back_by"], ["person.id"], name=op.f("fk_closure_taken_back_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("closure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_closure_commune_id_until_on"), ["commune_id", "until_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_closure_village_id_until_on"), ["village_id", "until_on"], unique=False)
    with op.batch_alter_table("school_class", schema=None) as batch_op:
        batch_op.add_column(sa.Column("site_id", sa.Integer(), nullable=True))
    with op.batch_alter_table("pupil", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_boarder", FLAG, server_default="0", nullable=False))
