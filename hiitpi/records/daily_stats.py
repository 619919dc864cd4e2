"""Keeps the tally: what follows from the sessions, recounted whenever one of them changes.

Nothing is ever added up by and by: the rows of a player's day are made anew from its sets, so that
they are right after every correction, deletion, import and merge.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from sqlalchemy import Integer, and_, case, cast, delete, func, insert, select, update
from sqlalchemy.orm import Session as Rows

from hiitpi.coach.messages import KEPT
from hiitpi.coach.rules.pace import PACE_WINDOW_S
from hiitpi.records.local_days import streaks
from hiitpi.records.schema import DailyStats, PlayerRow, SessionRow, SetRow

#: The fewest seconds of a set whose pace, and the fewest repetitions of one whose score, can be a
#: best: two quick squats are no record.
MIN_PACE_SECONDS: Final = 10.0
MIN_SCORE_REPS: Final = 5

#: Which sessions count.
COUNTS: Final = and_(SessionRow.status.in_(KEPT), SessionRow.gone.is_(None))


def rebuild_daily_stats(rows: Rows, player: int, days: Iterable[date] | None = None) -> None:
    """Make a player's tally anew, of these local days or of all.

    Args:
        rows: a transaction.
        player: its id.
        days: None: all.
    """
    rows.flush()
    # Whoever else recounts the same player waits here (SQLite's writers wait anyway). The lock is
    # one that agrees with those of sessions that refer to the player, or two would wait for ever.
    mine = select(PlayerRow.id).where(PlayerRow.id == player)
    rows.execute(mine.with_for_update(key_share=True))
    within = None if days is None else sorted(set(days))
    old = delete(DailyStats).where(DailyStats.player_id == player)
    made = _made().where(SessionRow.player_id == player)
    if within is not None:
        old = old.where(DailyStats.day.in_(within))
        made = made.where(SessionRow.day.in_(within))
    rows.execute(old)
    rows.execute(insert(DailyStats).from_select(_COLUMNS, made))
    _count_days(rows, player)


def recount_all(rows: Rows) -> None:
    """Make all tallies anew."""
    rows.execute(delete(DailyStats))
    rows.execute(insert(DailyStats).from_select(_COLUMNS, _made()))
    for player in rows.scalars(select(PlayerRow.id)).all():
        _count_days(rows, player)


def _count_days(rows: Rows, player: int) -> None:
    done = (
        select(DailyStats.day).where(DailyStats.player_id == player, DailyStats.reps > 0).distinct()
    )
    now, longest, last = streaks(rows.scalars(done.order_by(DailyStats.day)).all())
    rows.execute(
        update(PlayerRow)
        .where(PlayerRow.id == player)
        .values(streak=now, longest_streak=longest, last_day=last)
    )


_COLUMNS: Final = [column.name for column in DailyStats.__table__.columns]


def _made() -> Any:
    one = SetRow
    counted = func.coalesce(one.corrected, one.reps)
    scored = case((one.score.is_not(None), one.reps), else_=0)
    pace = case((one.seconds >= MIN_PACE_SECONDS, counted * PACE_WINDOW_S / one.seconds))
    score = case((one.reps >= MIN_SCORE_REPS, one.score))
    return (
        select(
            SessionRow.player_id,
            one.workout,
            SessionRow.day,
            func.count(one.session_uuid.distinct()),
            func.count(),
            cast(func.sum(counted), Integer),
            func.sum(one.seconds),
            cast(func.sum(scored), Integer),
            # Of sets without repetitions there is no score; SQL's sum leaves NULL out.
            func.sum(one.score * one.reps) / func.nullif(func.sum(scored), 0),
            func.max(counted),
            func.max(pace),
            func.max(score),
        )
        .join(one, one.session_uuid == SessionRow.uuid)
        .where(COUNTS)
        .group_by(SessionRow.player_id, one.workout, SessionRow.day)
    )
