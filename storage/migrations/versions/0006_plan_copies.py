"""Who was given the plan, regular reports"""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Filled with this issue."""
