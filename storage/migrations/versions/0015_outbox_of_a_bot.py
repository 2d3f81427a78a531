"""What each bot has been sending, for its pace and its month"""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_outbox_channel_bot_claimed_at"), ["channel", "bot", "claimed_at"], unique=False
        )
