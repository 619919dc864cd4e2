"""What one player has done: day by day, bests, the week, and the list of sessions."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import selectinload

from hiitpi.coach.messages import SessionRecord
from hiitpi.coach.rules.pace import PACE_WINDOW_S
from hiitpi.records.daily_stats import COUNTS, MIN_PACE_SECONDS, MIN_SCORE_REPS
from hiitpi.records.database import Database
from hiitpi.records.local_days import current, week
from hiitpi.records.mapping import read_record
from hiitpi.records.player_admin import UNDO_PERIOD, GoalUnit
from hiitpi.records.players import find_player
from hiitpi.records.schema import DailyStats, SessionRow, SetRow

Sort = Literal["when", "reps", "pace", "score", "time"]

_SORTS: Final = {
    "when": SessionRow.started,
    "reps": SessionRow.reps,
    "pace": SessionRow.pace,
    "score": func.coalesce(SessionRow.score, -1),
    "time": SessionRow.seconds,
}

#: What can be a best.
Kind = Literal["set", "pace", "score"]
KINDS: Final[tuple[Kind, ...]] = ("set", "pace", "score")


@dataclass(frozen=True, slots=True)
class Day:
    """One workout on one local day.

    `score` is the mean of all `scored` repetitions; the bests are of single sets.
    """

    day: date
    workout: str
    sessions: int
    reps: int
    seconds: float
    scored: int
    score: float | None
    best_set: int
    best_pace: float | None
    best_score: float | None

    @property
    def pace(self) -> float | None:
        """Repetitions per 30 s of work; None: too short to tell."""
        return (
            self.reps * PACE_WINDOW_S / self.seconds if self.seconds >= MIN_PACE_SECONDS else None
        )


@dataclass(frozen=True, slots=True)
class PersonalBest:
    """A personal best: the value, and the day on which it was reached first."""

    value: float
    day: date


class PlayerHistory:
    """What the players of a database have done."""

    def __init__(
        self, database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database, self._now = database, now

    def days(self, name: str, since: date | None = None) -> list[Day]:
        """Every workout of every local day from `since` on, in order of the days."""
        columns = [getattr(DailyStats, field) for field in Day.__dataclass_fields__]
        with self._database.reading() as rows:
            player = find_player(rows, name)
            if player is None:
                return []
            query = select(*columns).where(DailyStats.player_id == player.id)
            if since is not None:
                query = query.where(DailyStats.day >= since)
            return [Day(*row) for row in rows.execute(query.order_by(DailyStats.day))]

    def streak(self, name: str, today: date) -> tuple[int, int]:
        """Days in a row: now, and the longest."""
        with self._database.reading() as rows:
            player = find_player(rows, name)
            if player is None:
                return 0, 0
            return current(player.streak, player.last_day, today), player.longest_streak

    def sessions(
        self,
        name: str,
        *,
        workout: str | None = None,
        since: date | None = None,
        sort: Sort = "when",
        descending: bool = True,
        limit: int = 25,
        offset: int = 0,
    ) -> tuple[list[SessionRecord], int]:
        """Some of a player's ended sessions, without their series, and how many there are."""
        with self._database.reading() as rows:
            player = find_player(rows, name)
            if player is None:
                return [], 0
            which = [SessionRow.player_id == player.id, COUNTS]
            if since is not None:
                which.append(SessionRow.day >= since)
            if workout is not None:
                mine = SetRow.session_uuid == SessionRow.uuid
                which.append(exists().where(mine, SetRow.workout == workout))
            column = _SORTS[sort]
            order = column.desc() if descending else column.asc()
            query = select(SessionRow).where(*which).order_by(order, SessionRow.started.desc())
            number = rows.scalar(select(func.count()).select_from(SessionRow).where(*which)) or 0
            query = query.limit(limit).offset(offset)
            query = query.options(selectinload(SessionRow.sets), selectinload(SessionRow.player))
            return [read_record(row, series=False) for row in rows.scalars(query)], number

    def gone(self, name: str) -> list[SessionRecord]:
        """The player's sessions that were deleted and can be put back, newest first."""
        with self._database.reading() as rows:
            player = find_player(rows, name)
            if player is None:
                return []
            recent = SessionRow.gone >= self._now() - UNDO_PERIOD
            query = select(SessionRow).where(SessionRow.player_id == player.id, recent)
            query = query.options(selectinload(SessionRow.sets), selectinload(SessionRow.player))
            found = rows.scalars(query.order_by(SessionRow.gone.desc()).limit(50))
            return [read_record(row, series=False) for row in found]

    def previous_bests(self, record: SessionRecord) -> dict[str, dict[Kind, float]]:
        """The bests of the player's other sessions, for each workout of this one."""
        one = SetRow
        counted = func.coalesce(one.corrected, one.reps)
        query = (
            select(
                one.workout,
                func.max(counted),
                func.max(counted * PACE_WINDOW_S / one.seconds).filter(
                    one.seconds >= MIN_PACE_SECONDS
                ),
                func.max(one.score).filter(one.reps >= MIN_SCORE_REPS),
            )
            .join(SessionRow, one.session_uuid == SessionRow.uuid)
            .where(COUNTS, SessionRow.uuid != UUID(record.uuid), one.workout.in_(record.workouts))
            .group_by(one.workout)
        )
        with self._database.reading() as rows:
            player = find_player(rows, record.player)
            if player is None:
                return {}
            found = rows.execute(query.where(SessionRow.player_id == player.id)).all()
        return {
            slug: {k: float(v) for k, v in zip(KINDS, values, strict=True) if v}
            for slug, *values in found
        }


def bests(days: Iterable[Day]) -> dict[str, dict[Kind, PersonalBest]]:
    """The personal bests by workout; of equal ones the first."""
    found: dict[str, dict[Kind, PersonalBest]] = {}
    for day in days:
        mine = found.setdefault(day.workout, {})
        values = (day.best_set, day.best_pace, day.best_score)
        for kind, value in zip(KINDS, values, strict=True):
            if value and (kind not in mine or value > mine[kind].value):
                mine[kind] = PersonalBest(value, day.day)
    return {workout: kinds for workout, kinds in found.items() if kinds}


def session_bests(record: SessionRecord) -> dict[str, dict[Kind, float]]:
    """The bests of one session, by workout."""
    found: dict[str, dict[Kind, float]] = {}
    for one in record.sets:
        values: dict[Kind, float] = {"set": one.counted}
        if one.seconds >= MIN_PACE_SECONDS:
            values["pace"] = one.counted * PACE_WINDOW_S / one.seconds
        if one.score is not None and one.reps >= MIN_SCORE_REPS:
            values["score"] = one.score
        mine = found.setdefault(one.workout, {})
        for kind, value in values.items():
            mine[kind] = max(value, mine.get(kind, 0))
    return found


def weekly_progress(
    days: Iterable[Day], unit: GoalUnit, today: date, holds: Collection[str]
) -> float:
    """How much of a weekly goal is done since Monday: days, minutes of work, or repetitions."""
    done = [day for day in days if week(today) <= day.day <= today]
    if unit == "days":
        return len({day.day for day in done if day.reps})
    if unit == "minutes":
        return sum(day.seconds for day in done) / 60
    return sum(day.reps for day in done if day.workout not in holds)
