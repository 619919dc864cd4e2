"""How strictly each session was judged, and the repetitions that do not rank.

Revision ID: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Existing sessions were judged by the standard rules, and all of them rank."""
    op.add_column(
        "session",
        sa.Column("strictness", sa.String(8), nullable=False, server_default="standard"),
    )
    op.add_column("tally", sa.Column("unranked", sa.Integer, nullable=False, server_default="0"))
