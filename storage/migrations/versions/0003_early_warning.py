"""Thresholds, alerts, cases, promises"""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Filled with this issue."""
