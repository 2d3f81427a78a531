"""A meeting's whole life"""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Filled with this issue."""
