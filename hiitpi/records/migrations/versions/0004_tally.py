"""Days, tallies, goals, streaks; deleting that can be undone; names that players had before.

Revision ID: 0004
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Sessions get the local day of their start; `Store.migrate` fills the tally."""
    _players()
    op.create_table(
        "alias",
        sa.Column("key", sa.String(120), primary_key=True),
        sa.Column("player_id", sa.Integer, sa.ForeignKey("player.id"), nullable=False),
    )
    op.create_table(
        "tally",
        sa.Column("player_id", sa.Integer, sa.ForeignKey("player.id"), primary_key=True),
        sa.Column("workout", sa.String(60), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("sessions", sa.Integer, nullable=False),
        sa.Column("sets", sa.Integer, nullable=False),
        sa.Column("reps", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Float(53), nullable=False),
        sa.Column("scored", sa.Integer, nullable=False),
        sa.Column("score", sa.Float(53)),
        sa.Column("best_set", sa.Integer, nullable=False),
        sa.Column("best_pace", sa.Float(53)),
        sa.Column("best_score", sa.Float(53)),
        sqlite_with_rowid=False,
    )
    op.create_index("tally_day", "tally", ["day"])
    _sessions()


def _players() -> None:
    for column in (
        sa.Column("gone", sa.DateTime(timezone=True)),
        sa.Column("goal_unit", sa.String(8)),
        sa.Column("goal", sa.Integer),
        sa.Column("streak", sa.Integer, nullable=False, server_default="0"),
        sa.Column("longest_streak", sa.Integer, nullable=False, server_default="0"),
        sa.Column("last_day", sa.Date),
    ):
        op.add_column("player", column)


def _sessions() -> None:
    for column in (
        sa.Column("day", sa.Date, nullable=False, server_default="1970-01-01"),
        sa.Column("gone", sa.DateTime(timezone=True)),
        sa.Column("merged_from", sa.Integer),
        sa.Column("seconds", sa.Float(53), nullable=False, server_default="0"),
    ):
        op.add_column("session", column)
    op.execute(
        "UPDATE session SET seconds = COALESCE((SELECT SUM(seconds) FROM workout_set"
        " WHERE session_uuid = session.uuid), 0)"
    )
    op.execute("UPDATE session SET gone = ended, status = 'finished' WHERE status = 'discarded'")
    _days()
    op.drop_index("session_ended", "session")
    op.drop_index("session_player_ended", "session")
    op.create_index("session_player_started", "session", ["player_id", "started"])
    op.create_index("session_player_day", "session", ["player_id", "day"])
    op.create_index("session_gone", "session", ["gone"])


def _days() -> None:
    """The zone of this machine at that time decides; no database knows it."""
    session = sa.table(
        "session",
        sa.column("uuid", sa.Uuid),
        sa.column("started", sa.DateTime(timezone=True)),
        sa.column("day", sa.Date),
    )
    connection = op.get_bind()
    rows = connection.execute(sa.select(session.c.uuid, session.c.started)).all()
    days = [{"u": uuid, "d": _local(started)} for uuid, started in rows]
    if days:
        change = session.update().where(session.c.uuid == sa.bindparam("u"))
        connection.execute(change.values(day=sa.bindparam("d")), days)


def _local(moment: datetime) -> object:
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return aware.astimezone().date()
