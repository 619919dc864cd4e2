"""Workouts that were recognised, in sessions of “Just train”.

Revision ID: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """In earlier sets the workout was chosen."""
    op.add_column("workout_set", sa.Column("recognised", sa.String(60)))
