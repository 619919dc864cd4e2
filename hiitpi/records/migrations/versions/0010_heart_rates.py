"""Heart rates of sets, and what a player says about themselves for zones and calories.

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Earlier sets were trained without a strap."""
    op.add_column("workout_set", sa.Column("heart_rates", sa.LargeBinary))
    op.add_column("player", sa.Column("birth_year", sa.Integer))
    op.add_column("player", sa.Column("sex", sa.String(6)))
    op.add_column("player", sa.Column("weight_kg", sa.Float(53)))
    op.add_column("player", sa.Column("max_heart_rate", sa.Integer))
