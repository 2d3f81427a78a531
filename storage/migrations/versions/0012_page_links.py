"""Page links"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

FLAG = sa.Boolean().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "page_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("is_login", FLAG, nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.Column("used_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_page_link_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_page_link_token_hash")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("page_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_page_link_person_id_created_at"), ["person_id", "created_at"], unique=False
        )
