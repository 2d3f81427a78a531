"""Who comes along on a visit"""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Filled with this issue."""
