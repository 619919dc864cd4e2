"""Which head-to-head a session belongs to.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Sessions of before belong to none."""
    op.add_column("session", sa.Column("match", sa.String(40), nullable=False, server_default=""))
    op.create_index("session_match", "session", ["match"])
