"""Who comes along on a visit"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

FLAG = sa.Boolean().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("speaks_hre", FLAG, server_default="0", nullable=False))
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("organisation", sa.Text(), server_default="", nullable=False))
    with op.batch_alter_table("guardian", schema=None) as batch_op:
        batch_op.add_column(sa.Column("member_of", sa.Text(), server_default="", nullable=False))
    with op.batch_alter_table("pupil_case", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason_by", sa.Integer(), nullable=True))
