"""Which version of the rules each set's form score is from.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Existing sets were scored by the first version."""
    op.add_column(
        "workout_set", sa.Column("scoring", sa.Integer, nullable=False, server_default="1")
    )
