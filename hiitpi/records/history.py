"""One player's history: daily statistics, personal bests, weekly progress and sessions."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import selectinload

from hiitpi.coach.messages import SCORING_VERSION, SessionRecord
from hiitpi.coach.rules.pace import PACE_WINDOW_S
from hiitpi.records.daily_stats import (
    COMPARABLE_SCORE,
    COUNTED_REPS,
    COUNTED_SESSIONS,
    MIN_PACE_S,
    MIN_SCORE_REPS,
    RANKED_SESSIONS,
)
from hiitpi.records.database import Database
from hiitpi.records.local_days import current_streak
from hiitpi.records.mapping import read_record
from hiitpi.records.player_admin import UNDO_PERIOD
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

#: Kinds of personal bests: most repetitions of a set, highest pace, highest form score.
Kind = Literal["set", "pace", "score"]
KINDS: Final[tuple[Kind, ...]] = ("set", "pace", "score")


@dataclass(frozen=True, slots=True)
class Day:
    """A player's statistics of one workout on one local day.

    Attributes:
        day: the local day.
        workout: slug of the workout.
        sessions: number of sessions.
        reps: repetitions (seconds, for a hold).
        seconds: seconds of work.
        scored: number of repetitions that have a form score.
        score: mean form score of these repetitions, 0 to 100.
        best_set: most repetitions of a set.
        best_pace: highest pace of a set, in repetitions per 30 s.
        best_score: highest mean form score of a set.
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
        """Repetitions per 30 s of work; None if the work was too short for a meaningful pace."""
        return self.reps * PACE_WINDOW_S / self.seconds if self.seconds >= MIN_PACE_S else None


@dataclass(frozen=True, slots=True)
class PersonalBest:
    """A personal best and the local day on which it was first reached."""

    value: float
    day: date


class PlayerHistory:
    """Reads the history of the players of one database.

    Args:
        database: the database.
        now: returns the current time with its time zone.
    """

    def __init__(
        self, database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database, self._now = database, now

    def days(self, name: str, since: date | None = None) -> list[Day]:
        """Return a player's statistics by day and workout, oldest first.

        Args:
            name: the player's name; an unknown player has no days.
            since: first local day; None for all time.
        """
        columns = [getattr(DailyStats, field) for field in Day.__dataclass_fields__]
        with self._database.reading() as db:
            player = find_player(db, name)
            if player is None:
                return []
            query = select(*columns).where(DailyStats.player_id == player.id)
            if since is not None:
                query = query.where(DailyStats.day >= since)
            return [Day(*row) for row in db.execute(query.order_by(DailyStats.day))]

    def streak(self, name: str, today: date) -> tuple[int, int]:
        """Return a player's current and longest streak, in days; (0, 0) for an unknown player."""
        with self._database.reading() as db:
            player = find_player(db, name)
            if player is None:
                return 0, 0
            streak = current_streak(player.streak, player.last_day, today)
            return streak, player.longest_streak

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
        """Return one page of a player's ended sessions.

        Args:
            name: the player's name; an unknown player has no sessions.
            workout: only sessions with this workout; None for all.
            since: first local day; None for all time.
            sort: column to sort by.
            descending: whether to sort in descending order.
            limit: maximum number of sessions to return.
            offset: number of sessions to skip.

        Returns:
            The sessions, without their series, and the total number that match.
        """
        with self._database.reading() as db:
            player = find_player(db, name)
            if player is None:
                return [], 0
            filters = [SessionRow.player_id == player.id, COUNTED_SESSIONS]
            if since is not None:
                filters.append(SessionRow.day >= since)
            if workout is not None:
                of_session = SetRow.session_uuid == SessionRow.uuid
                filters.append(exists().where(of_session, SetRow.workout == workout))
            column = _SORTS[sort]
            order = column.desc() if descending else column.asc()
            query = select(SessionRow).where(*filters).order_by(order, SessionRow.started.desc())
            total = db.scalar(select(func.count()).select_from(SessionRow).where(*filters)) or 0
            query = query.limit(limit).offset(offset)
            query = query.options(selectinload(SessionRow.sets), selectinload(SessionRow.player))
            return [read_record(row, series=False) for row in db.scalars(query)], total

    def existing(self, uuids: Collection[str]) -> set[str]:
        """Return those of some sessions that are in the database, also if they can be restored."""
        of_these = SessionRow.uuid.in_([UUID(uuid) for uuid in uuids])
        with self._database.reading() as db:
            return {str(uuid) for uuid in db.scalars(select(SessionRow.uuid).where(of_these))}

    def deleted_sessions(self, name: str) -> list[SessionRecord]:
        """Return the player's newest 50 deleted sessions that can be restored, newest first."""
        with self._database.reading() as db:
            player = find_player(db, name)
            if player is None:
                return []
            recent = SessionRow.gone >= self._now() - UNDO_PERIOD
            query = select(SessionRow).where(SessionRow.player_id == player.id, recent)
            query = query.options(selectinload(SessionRow.sets), selectinload(SessionRow.player))
            session_rows = db.scalars(query.order_by(SessionRow.gone.desc()).limit(50))
            return [read_record(row, series=False) for row in session_rows]

    def previous_bests(self, record: SessionRecord) -> dict[str, dict[Kind, float]]:
        """Return the bests of the player's other ranked sessions, by workout of a session."""
        query = (
            select(
                SetRow.workout,
                func.max(COUNTED_REPS),
                func.max(COUNTED_REPS * PACE_WINDOW_S / SetRow.seconds).filter(
                    SetRow.seconds >= MIN_PACE_S
                ),
                func.max(SetRow.score).filter(COMPARABLE_SCORE, SetRow.reps >= MIN_SCORE_REPS),
            )
            .join(SessionRow, SetRow.session_uuid == SessionRow.uuid)
            .where(
                COUNTED_SESSIONS,
                RANKED_SESSIONS,
                SessionRow.uuid != UUID(record.uuid),
                SetRow.workout.in_(record.workouts),
            )
            .group_by(SetRow.workout)
        )
        with self._database.reading() as db:
            player = find_player(db, record.player)
            if player is None:
                return {}
            maxima = db.execute(query.where(SessionRow.player_id == player.id)).all()
        return {
            slug: {k: float(v) for k, v in zip(KINDS, values, strict=True) if v}
            for slug, *values in maxima
        }


def bests(days: Iterable[Day]) -> dict[str, dict[Kind, PersonalBest]]:
    """Return the personal bests by workout; a tie goes to the earlier day.

    Args:
        days: daily statistics of one player, oldest first.
    """
    by_workout: dict[str, dict[Kind, PersonalBest]] = {}
    for day in days:
        kinds = by_workout.setdefault(day.workout, {})
        values = (day.best_set, day.best_pace, day.best_score)
        for kind, value in zip(KINDS, values, strict=True):
            if value and (kind not in kinds or value > kinds[kind].value):
                kinds[kind] = PersonalBest(value, day.day)
    return {workout: kinds for workout, kinds in by_workout.items() if kinds}


def session_bests(record: SessionRecord) -> dict[str, dict[Kind, float]]:
    """Return the bests of one session by workout; none of a gentle session, which does not rank."""
    by_workout: dict[str, dict[Kind, float]] = {}
    if not record.program.ranked:
        return by_workout
    for set_record in record.sets:
        values: dict[Kind, float] = {"set": set_record.counted}
        if set_record.seconds >= MIN_PACE_S:
            values["pace"] = set_record.counted * PACE_WINDOW_S / set_record.seconds
        comparable = set_record.scoring == SCORING_VERSION and set_record.reps >= MIN_SCORE_REPS
        if comparable and set_record.score is not None:
            values["score"] = set_record.score
        kinds = by_workout.setdefault(set_record.workout, {})
        for kind, value in values.items():
            kinds[kind] = max(value, kinds.get(kind, 0))
    return by_workout


class BeatenBest(NamedTuple):
    """A best that a session has beaten."""

    workout: str
    kind: Kind
    value: float
    previous: float


def beaten_bests(
    record: SessionRecord, previous: Mapping[str, Mapping[Kind, float]]
) -> list[BeatenBest]:
    """Return the bests that a session has beaten, by more than rounding to one decimal hides.

    Args:
        record: the session.
        previous: the bests of the player's other sessions; see `PlayerHistory.previous_bests`.
    """
    return [
        BeatenBest(slug, kind, value, before)
        for slug, kinds in session_bests(record).items()
        for kind, value in kinds.items()
        if (before := previous.get(slug, {}).get(kind)) is not None
        and round(value, 1) > round(before, 1)
    ]
