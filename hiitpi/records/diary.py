"""What one player has done: day by day, bests, the week, and the list of sessions."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import selectinload

from hiitpi.coach.messages import SessionRecord
from hiitpi.coach.pace import SPAN
from hiitpi.records.database import Database
from hiitpi.records.days import current, week
from hiitpi.records.house import find_player
from hiitpi.records.reading import read_record
from hiitpi.records.roster import UNDO, GoalUnit
from hiitpi.records.schema import Session, Tally, WorkoutSet
from hiitpi.records.tally import COUNTS, REPS, SECONDS

Sort = Literal["when", "reps", "pace", "score", "time"]

_SORTS: Final = {
    "when": Session.started,
    "reps": Session.reps,
    "pace": Session.pace,
    "score": func.coalesce(Session.score, -1),
    "time": Session.seconds,
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
        return self.reps * SPAN / self.seconds if self.seconds >= SECONDS else None


@dataclass(frozen=True, slots=True)
class Record:
    """A personal best: the value, and the day on which it was reached first."""

    value: float
    day: date


class Diary:
    """What the players of a database have done."""

    def __init__(
        self, database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database, self._now = database, now

    def days(self, name: str, since: date | None = None) -> list[Day]:
        """Every workout of every local day from `since` on, in order of the days."""
        columns = [getattr(Tally, field) for field in Day.__dataclass_fields__]
        with self._database.reading() as rows:
            player = find_player(rows, name)
            if player is None:
                return []
            query = select(*columns).where(Tally.player_id == player.id)
            if since is not None:
                query = query.where(Tally.day >= since)
            return [Day(*row) for row in rows.execute(query.order_by(Tally.day))]

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
            which = [Session.player_id == player.id, COUNTS]
            if since is not None:
                which.append(Session.day >= since)
            if workout is not None:
                mine = WorkoutSet.session_uuid == Session.uuid
                which.append(exists().where(mine, WorkoutSet.workout == workout))
            column = _SORTS[sort]
            order = column.desc() if descending else column.asc()
            query = select(Session).where(*which).order_by(order, Session.started.desc())
            number = rows.scalar(select(func.count()).select_from(Session).where(*which)) or 0
            query = query.limit(limit).offset(offset)
            query = query.options(selectinload(Session.sets), selectinload(Session.player))
            return [read_record(row, series=False) for row in rows.scalars(query)], number

    def gone(self, name: str) -> list[SessionRecord]:
        """The player's sessions that were deleted and can be put back, newest first."""
        with self._database.reading() as rows:
            player = find_player(rows, name)
            if player is None:
                return []
            recent = Session.gone >= self._now() - UNDO
            query = select(Session).where(Session.player_id == player.id, recent)
            query = query.options(selectinload(Session.sets), selectinload(Session.player))
            found = rows.scalars(query.order_by(Session.gone.desc()).limit(50))
            return [read_record(row, series=False) for row in found]

    def before(self, record: SessionRecord) -> dict[str, dict[Kind, float]]:
        """The bests of the player's other sessions, for each workout of this one."""
        one = WorkoutSet
        counted = func.coalesce(one.corrected, one.reps)
        query = (
            select(
                one.workout,
                func.max(counted),
                func.max(counted * SPAN / one.seconds).filter(one.seconds >= SECONDS),
                func.max(one.score).filter(one.reps >= REPS),
            )
            .join(Session, one.session_uuid == Session.uuid)
            .where(COUNTS, Session.uuid != UUID(record.uuid), one.workout.in_(record.workouts))
            .group_by(one.workout)
        )
        with self._database.reading() as rows:
            player = find_player(rows, record.player)
            if player is None:
                return {}
            found = rows.execute(query.where(Session.player_id == player.id)).all()
        return {
            slug: {k: float(v) for k, v in zip(KINDS, values, strict=True) if v}
            for slug, *values in found
        }


def bests(days: Iterable[Day]) -> dict[str, dict[Kind, Record]]:
    """The personal bests by workout; of equal ones the first."""
    found: dict[str, dict[Kind, Record]] = {}
    for day in days:
        mine = found.setdefault(day.workout, {})
        values = (day.best_set, day.best_pace, day.best_score)
        for kind, value in zip(KINDS, values, strict=True):
            if value and (kind not in mine or value > mine[kind].value):
                mine[kind] = Record(value, day.day)
    return {workout: kinds for workout, kinds in found.items() if kinds}


def reached(record: SessionRecord) -> dict[str, dict[Kind, float]]:
    """The bests of one session, by workout."""
    found: dict[str, dict[Kind, float]] = {}
    for one in record.sets:
        values: dict[Kind, float] = {"set": one.counted}
        if one.seconds >= SECONDS:
            values["pace"] = one.counted * SPAN / one.seconds
        if one.score is not None and one.reps >= REPS:
            values["score"] = one.score
        mine = found.setdefault(one.workout, {})
        for kind, value in values.items():
            mine[kind] = max(value, mine.get(kind, 0))
    return found


def this_week(days: Iterable[Day], unit: GoalUnit, today: date, holds: Collection[str]) -> float:
    """How much of a weekly goal is done since Monday: days, minutes of work, or repetitions."""
    done = [day for day in days if week(today) <= day.day <= today]
    if unit == "days":
        return len({day.day for day in done if day.reps})
    if unit == "minutes":
        return sum(day.seconds for day in done) / 60
    return sum(day.reps for day in done if day.workout not in holds)
