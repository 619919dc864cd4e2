"""Reads the sets of a player: the best of a workout, those of the last weeks, and by day."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, case, func, select

from hiitpi.coach.suggestion import TrainedSet
from hiitpi.records.achievements import WorkoutDay
from hiitpi.records.daily_stats import (
    COMPARABLE_SCORE,
    COUNTED_REPS,
    COUNTED_SESSIONS,
    RANKED_SESSIONS,
)
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
        query = (
            select(SessionRow.uuid, SetRow.number, SetRow.began, SetRow.seconds, COUNTED_REPS)
            .where(RANKED_SESSIONS, SetRow.workout == workout, COUNTED_REPS > 0)
            .order_by(COUNTED_REPS.desc(), SessionRow.started.desc())
            .limit(limit)
        )
        rows = self._rows(name, query)
        return [BestSet(str(uuid), n, began, s, reps) for uuid, n, began, s, reps in rows]

    def days(self, name: str, without: UUID | None = None) -> list[WorkoutDay]:
        """Return what a player did of each workout on each local day.

        Args:
            name: the player's name; an unknown player has no days.
            without: a session that is left out; None for none.
        """
        flawless = case((and_(RANKED_SESSIONS, SetRow.attempts == 0), COUNTED_REPS), else_=0)
        query = select(
            SessionRow.day, SetRow.workout, func.sum(COUNTED_REPS), func.max(flawless)
        ).group_by(SessionRow.day, SetRow.workout)
        if without:
            query = query.where(SessionRow.uuid != without)
        rows = self._rows(name, query)
        return [WorkoutDay(day, slug, int(reps), int(most)) for day, slug, reps, most in rows]

    def since(self, name: str, day: date) -> list[TrainedSet]:
        """Return a player's sets from a local day on, for a suggestion.

        Args:
            name: the player's name; an unknown player has no sets.
            day: first local day.
        """
        score = case((COMPARABLE_SCORE, SetRow.score), else_=None)
        query = select(SessionRow.day, SetRow.workout, COUNTED_REPS, SetRow.attempts, score).where(
            SessionRow.day >= day
        )
        rows = self._rows(name, query)
        return [TrainedSet(*row) for row in rows]

    def _rows(self, name: str, query: Select[*tuple[Any, ...]]) -> Sequence[Any]:
        """Return the rows of a query of sets and sessions, of one player's sets that count."""
        with self._database.reading() as db:
            player = find_player(db, name)
            if player is None:
                return []
            own = query.where(
                SetRow.session_uuid == SessionRow.uuid,
                COUNTED_SESSIONS,
                SessionRow.player_id == player.id,
            )
            return db.execute(own).all()
