"""A day of rest does not end a streak any more.

Revision ID: 0014
"""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

PLAYERS = sa.table("player", sa.column("id"), sa.column("streak"), sa.column("longest_streak"))
DAYS = sa.table("tally", sa.column("player_id"), sa.column("day", sa.Date), sa.column("reps"))


def upgrade() -> None:
    """Count the streaks anew."""
    db = op.get_bind()
    for player in db.scalars(sa.select(PLAYERS.c.id)).all():
        own = sa.select(DAYS.c.day).where(DAYS.c.player_id == player, DAYS.c.reps > 0)
        streak, longest, last = 0, 0, None
        for day in db.scalars(own.distinct().order_by(DAYS.c.day)).all():
            streak = streak + 1 if last and day - last <= timedelta(days=2) else 1
            longest, last = max(longest, streak), day
        db.execute(
            sa.update(PLAYERS)
            .where(PLAYERS.c.id == player)
            .values(streak=streak, longest_streak=longest)
        )
