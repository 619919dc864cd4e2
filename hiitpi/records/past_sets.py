"""Reads the sets of a player: the best of a workout, those of the last weeks, and by day."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, case, func, select

from hiitpi.coach.suggestion import TrainedSet
from hiitpi.records.achievements import WorkoutDay
from hiitpi.records.daily_stats import COMPARABLE_SCORE, COUNTED_SESSIONS, RANKED_SESSIONS
from hiitpi.records.database import Database
from hiitpi.records.players import find_player
from hiitpi.records.schema import SessionRow, SetRow


class BestSet(NamedTuple):
    """One of a player's best sets of a workout.

    Attributes:
        session: uuid of its session, as text.
        number: its number in the session.
        began: its start in seconds since the session's first Go, without pauses.
        seconds: seconds of work.
        reps: repetitions, as the athlete corrected them.
    """

    session: str
    number: int
    began: float
    seconds: float
    reps: int


class PastSets:
    """Reads the sets of the players of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def best(self, name: str, workout: str, limit: int) -> list[BestSet]:
        """Return a player's sets of a workout in ranked sessions with the most repetitions.

        Args:
            name: the player's name; an unknown player has no sets.
            workout: slug of the workout.
            limit: maximum number of sets.

        Returns:
            The sets, best first; of equal ones the newest first.
        """
        counted = func.coalesce(SetRow.corrected, SetRow.reps)
        query = (
            select(SessionRow.uuid, SetRow.number, SetRow.began, SetRow.seconds, counted)
            .join(SessionRow, SetRow.session_uuid == SessionRow.uuid)
            .where(COUNTED_SESSIONS, RANKED_SESSIONS, SetRow.workout == workout, counted > 0)
            .order_by(counted.desc(), SessionRow.started.desc())
            .limit(limit)
        )
        with self._database.reading() as db:
            player = find_player(db, name)
            if player is None:
                return []
            rows = db.execute(query.where(SessionRow.player_id == player.id)).all()
        return [BestSet(str(uuid), n, began, s, reps) for uuid, n, began, s, reps in rows]

    def days(self, name: str, without: UUID | None = None) -> list[WorkoutDay]:
        """Return what a player did of each workout on each local day.

        Args:
            name: the player's name; an unknown player has no days.
            without: a session that is left out; None for none.
        """
        counted = func.coalesce(SetRow.corrected, SetRow.reps)
        flawless = case((and_(RANKED_SESSIONS, SetRow.attempts == 0), counted), else_=0)
        query = (
            select(SessionRow.day, SetRow.workout, func.sum(counted), func.max(flawless))
            .join(SessionRow, SetRow.session_uuid == SessionRow.uuid)
            .where(COUNTED_SESSIONS)
            .group_by(SessionRow.day, SetRow.workout)
        )
        if without:
            query = query.where(SessionRow.uuid != without)
        with self._database.reading() as db:
            player = find_player(db, name)
            if player is None:
                return []
            rows = db.execute(query.where(SessionRow.player_id == player.id)).all()
        return [WorkoutDay(day, slug, int(reps), int(most)) for day, slug, reps, most in rows]

    def since(self, name: str, day: date) -> list[TrainedSet]:
        """Return a player's sets from a local day on, for a suggestion.

        Args:
            name: the player's name; an unknown player has no sets.
            day: first local day.
        """
        counted = func.coalesce(SetRow.corrected, SetRow.reps)
        score = case((COMPARABLE_SCORE, SetRow.score), else_=None)
        query = (
            select(SessionRow.day, SetRow.workout, counted, SetRow.attempts, score)
            .join(SessionRow, SetRow.session_uuid == SessionRow.uuid)
            .where(COUNTED_SESSIONS, SessionRow.day >= day)
        )
        with self._database.reading() as db:
            player = find_player(db, name)
            if player is None:
                return []
            rows = db.execute(query.where(SessionRow.player_id == player.id)).all()
        return [TrainedSet(*row) for row in rows]
