"""Players, sessions and repetitions.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "player",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("key", sa.String(120), nullable=False, unique=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "session",
        sa.Column("uuid", sa.Uuid, primary_key=True),
        sa.Column("player_id", sa.Integer, sa.ForeignKey("player.id"), nullable=False),
        sa.Column("workout", sa.String(60), nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True)),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("reps", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("pace", sa.Float(53), nullable=False),
        sa.Column("score", sa.Float(53)),
        sa.Column("station", sa.String(30), nullable=False),
        sa.Column("model", sa.String(60), nullable=False),
    )
    op.create_index("session_ended", "session", ["ended"])
    op.create_index("session_player_ended", "session", ["player_id", "ended"])
    op.create_index("session_station_status", "session", ["station", "status"])
    op.create_table(
        "repetition",
        sa.Column("session_uuid", sa.Uuid, sa.ForeignKey("session.uuid"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("time", sa.Float(53), nullable=False),
        sa.Column("duration", sa.Float(53), nullable=False),
        sa.Column("range_of_motion", sa.Float(53), nullable=False),
        sa.Column("symmetry", sa.Float(53), nullable=False),
        sa.Column("score", sa.Float(53), nullable=False),
        sa.Column("cues", sa.JSON, nullable=False),
    )
