"""Needs and donors"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

FLAG = sa.Boolean().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "donor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(), nullable=False),
        sa.Column("gives", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["commune_id"], ["place.id"], name=op.f("fk_donor_commune_id")),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_donor_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donor")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("donor", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_donor_commune_id_sort_key"), ["commune_id", "sort_key"], unique=False)
    op.create_table(
        "entitlement_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("amount", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Text(), nullable=True),
        sa.Column("valid_until", sa.Text(), nullable=True),
        sa.Column("set_by", sa.Integer(), nullable=True),
        sa.Column("set_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["commune_id"], ["place.id"], name=op.f("fk_entitlement_change_commune_id")),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name=op.f("fk_entitlement_change_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entitlement_change")),
        sa.UniqueConstraint("commune_id", "code", name=op.f("uq_entitlement_change_commune_id_code")),
        sqlite_strict=True,
    )
    op.create_table(
        "pupil_standing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pupil_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Text(), nullable=False),
        sa.Column("until_on", sa.Text(), nullable=True),
        sa.Column("noted_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["noted_by"], ["person.id"], name=op.f("fk_pupil_standing_noted_by")),
        sa.ForeignKeyConstraint(["pupil_id"], ["pupil.id"], name=op.f("fk_pupil_standing_pupil_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pupil_standing")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("pupil_standing", schema=None) as batch_op:
        batch_op.create_index(
            "uq_pupil_standing_open",
            ["pupil_id", "code"],
            unique=True,
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        )
    op.create_table(
        "school_offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Text(), nullable=False),
        sa.Column("until_on", sa.Text(), nullable=True),
        sa.Column("set_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["school_id"], ["place.id"], name=op.f("fk_school_offer_school_id")),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name=op.f("fk_school_offer_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_offer")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("school_offer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_school_offer_school_id"), ["school_id"], unique=False)
    op.create_table(
        "village_standing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("village_id", sa.Integer(), nullable=False),
        sa.Column("is_difficult", FLAG, nullable=False),
        sa.Column("from_on", sa.Text(), nullable=True),
        sa.Column("until_on", sa.Text(), nullable=True),
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("km", sa.Integer(), nullable=True),
        sa.Column("is_cut_off", FLAG, nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=True),
        sa.Column("set_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name=op.f("fk_village_standing_set_by")),
        sa.ForeignKeyConstraint(["village_id"], ["place.id"], name=op.f("fk_village_standing_village_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_village_standing")),
        sa.UniqueConstraint("village_id", name=op.f("uq_village_standing_village_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "need",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pupil_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("noted_by", sa.Integer(), nullable=True),
        sa.Column("noted_at", sa.Text(), nullable=False),
        sa.Column("waits_since", sa.Text(), nullable=False),
        sa.Column("donor_id", sa.Integer(), nullable=True),
        sa.Column("gift", sa.Text(), nullable=False),
        sa.Column("pledged_by", sa.Integer(), nullable=True),
        sa.Column("pledged_at", sa.Text(), nullable=True),
        sa.Column("handed_over_by", sa.Integer(), nullable=True),
        sa.Column("handed_over_at", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_need_donor_id")),
        sa.ForeignKeyConstraint(["handed_over_by"], ["person.id"], name=op.f("fk_need_handed_over_by")),
        sa.ForeignKeyConstraint(["noted_by"], ["person.id"], name=op.f("fk_need_noted_by")),
        sa.ForeignKeyConstraint(["pledged_by"], ["person.id"], name=op.f("fk_need_pledged_by")),
        sa.ForeignKeyConstraint(["pupil_id"], ["pupil.id"], name=op.f("fk_need_pupil_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("need", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_need_donor_id"), ["donor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_need_pupil_id"), ["pupil_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_need_status_waits_since"), ["status", "waits_since"], unique=False)
        batch_op.create_index(
            "uq_need_open",
            ["pupil_id", "what"],
            unique=True,
            sqlite_where=sa.text("status IN ('needed', 'pledged') AND what <> 'other'"),
            postgresql_where=sa.text("status IN ('needed', 'pledged') AND what <> 'other'"),
        )
    op.create_table(
        "need_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("bot", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_need_photo_need_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_photo")),
        sa.UniqueConstraint("need_id", "file_id", name=op.f("uq_need_photo_need_id_file_id")),
        sqlite_strict=True,
    )
