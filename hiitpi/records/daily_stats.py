"""Daily statistics derived from the sessions, rebuilt whenever a session changes.

Totals are never updated incrementally: the rows of a player's day are rebuilt from its sets, so
that they are correct after every correction, deletion, import and merge.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from sqlalchemy import Integer, and_, case, cast, delete, func, insert, select, update
from sqlalchemy.orm import Session as DbSession

from hiitpi.coach.messages import COMPLETED_STATUSES, SCORING_VERSION
from hiitpi.coach.rules.pace import PACE_WINDOW_S
from hiitpi.records.local_days import streaks
from hiitpi.records.schema import DailyStats, PlayerRow, SessionRow, SetRow

#: Shortest set whose pace, and fewest repetitions of a set whose score, can be a best: two quick
#: squats are not a record.
MIN_PACE_S: Final = 10.0
MIN_SCORE_REPS: Final = 5

#: Condition for sessions that count: ended and not deleted.
COUNTED_SESSIONS: Final = and_(SessionRow.status.in_(COMPLETED_STATUSES), SessionRow.gone.is_(None))

#: Condition for sessions whose results are compared with others; see `Program.ranked`.
RANKED_SESSIONS: Final = SessionRow.strictness != "gentle"

#: Condition for sets whose score can be compared with that of others: same rules.
COMPARABLE_SCORE: Final = and_(SetRow.score.is_not(None), SetRow.scoring == SCORING_VERSION)

#: Repetitions of a set that count: the athlete's correction, or else the camera's count.
COUNTED_REPS: Final = func.coalesce(SetRow.corrected, SetRow.reps)


def rebuild_daily_stats(db: DbSession, player: int, days: Iterable[date] | None = None) -> None:
    """Rebuild a player's daily statistics and streaks.

    Args:
        db: a write transaction.
        player: id of the player.
        days: local days to rebuild; None for all.
    """
    db.flush()
    # Serialise concurrent rebuilds of one player (SQLite serialises writers anyway). FOR NO KEY
    # UPDATE is compatible with the foreign-key locks of the player's sessions; a stronger lock
    # would deadlock with them.
    player_lock = select(PlayerRow.id).where(PlayerRow.id == player)
    db.execute(player_lock.with_for_update(key_share=True))
    selected_days = None if days is None else sorted(set(days))
    old = delete(DailyStats).where(DailyStats.player_id == player)
    new = _stats_query().where(SessionRow.player_id == player)
    if selected_days is not None:
        old = old.where(DailyStats.day.in_(selected_days))
        new = new.where(SessionRow.day.in_(selected_days))
    db.execute(old)
    db.execute(insert(DailyStats).from_select(_COLUMNS, new))
    _update_streaks(db, player)


def rebuild_all_daily_stats(db: DbSession) -> None:
    """Rebuild the daily statistics and streaks of all players."""
    db.execute(delete(DailyStats))
    db.execute(insert(DailyStats).from_select(_COLUMNS, _stats_query()))
    for player in db.scalars(select(PlayerRow.id)).all():
        _update_streaks(db, player)


def _update_streaks(db: DbSession, player: int) -> None:
    training_days = (
        select(DailyStats.day).where(DailyStats.player_id == player, DailyStats.reps > 0).distinct()
    )
    streak, longest, last = streaks(db.scalars(training_days.order_by(DailyStats.day)).all())
    db.execute(
        update(PlayerRow)
        .where(PlayerRow.id == player)
        .values(streak=streak, longest_streak=longest, last_day=last)
    )


_COLUMNS: Final = [column.name for column in DailyStats.__table__.columns]


def _stats_query() -> Any:
    """Return the query that derives `DailyStats` rows, with columns in their order."""
    scored = case((COMPARABLE_SCORE, SetRow.reps), else_=0)
    pace = case(
        (
            and_(RANKED_SESSIONS, SetRow.seconds >= MIN_PACE_S),
            COUNTED_REPS * PACE_WINDOW_S / SetRow.seconds,
        )
    )
    score = case(
        (and_(RANKED_SESSIONS, COMPARABLE_SCORE, SetRow.reps >= MIN_SCORE_REPS), SetRow.score)
    )
    ranked_reps = case((RANKED_SESSIONS, COUNTED_REPS), else_=0)
    return (
        select(
            SessionRow.player_id,
            SetRow.workout,
            SessionRow.day,
            func.count(SetRow.session_uuid.distinct()),
            func.count(),
            cast(func.sum(COUNTED_REPS), Integer),
            func.sum(SetRow.seconds),
            cast(func.sum(scored), Integer),
            # Sets without repetitions have no score; SQL's SUM ignores NULL.
            func.sum(SetRow.score * scored) / func.nullif(func.sum(scored), 0),
            func.max(ranked_reps),
            func.max(pace),
            func.max(score),
            cast(func.sum(COUNTED_REPS - ranked_reps), Integer),
        )
        .join(SetRow, SetRow.session_uuid == SessionRow.uuid)
        .where(COUNTED_SESSIONS)
        .group_by(SessionRow.player_id, SetRow.workout, SessionRow.day)
    )
