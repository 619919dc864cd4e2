"""How much the body swayed in a session.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Sessions from before have none."""
    op.add_column("session", sa.Column("sway", sa.Float(53)))
