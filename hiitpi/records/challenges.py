"""Challenges of the house: most repetitions of a workout until a day; one at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Final

from sqlalchemy import CursorResult, delete, select, text, update
from sqlalchemy.orm import Session as DbSession

from hiitpi.errors import RecordsError
from hiitpi.records.database import Database
from hiitpi.records.leaderboard import Leaderboard, Place, rank
from hiitpi.records.mapping import values
from hiitpi.records.schema import ChallengeRow
from hiitpi.records.webhook_messages import tell_webhooks

#: Longest challenge, in days.
MAX_DAYS: Final = 92

#: How long the result is shown after the last day.
SHOWN_FOR: Final = timedelta(days=7)

#: How long after midnight the winner is announced: a session that began before still counts.
SETTLE_DELAY: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Challenge:
    """A challenge.

    Attributes:
        id: its number.
        workout: slug of the workout.
        first: first local day that counts.
        last: last local day that counts.
    """

    id: int
    workout: str
    first: date
    last: date


class ChallengeRepository:
    """The challenges of one database.

    Args:
        database: the database.
        leaderboard: its leaderboard.
        zone: time zone that determines the local day; None for this machine's.
        now: returns the current time with its time zone.
    """

    def __init__(
        self,
        database: Database,
        leaderboard: Leaderboard,
        zone: tzinfo | None,
        now: Callable[[], datetime],
    ) -> None:
        self._database, self._leaderboard = database, leaderboard
        self._zone, self._now = zone, now

    def today(self) -> date:
        """Return the local day."""
        return self._now().astimezone(self._zone).date()

    def is_running(self, challenge: Challenge) -> bool:
        """Return whether repetitions still count."""
        return self.today() <= challenge.last

    def newest(self) -> Challenge | None:
        """Return the challenge that is running, or whose result is still shown; None if none is."""
        since = self.today() - SHOWN_FOR
        query = (
            select(ChallengeRow)
            .where(ChallengeRow.last >= since)
            .order_by(ChallengeRow.last.desc(), ChallengeRow.id.desc())
            .limit(1)
        )
        with self._database.reading() as db:
            row = db.scalar(query)
            return None if row is None else Challenge(**values(row, Challenge))

    def start(self, workout: str, last: date) -> Challenge:
        """Start a challenge today.

        Args:
            workout: slug of the workout.
            last: last local day that counts.

        Raises:
            RecordsError: one is running, or the last day is over or too far away.
        """
        first = self.today()
        if not first <= last < first + timedelta(days=MAX_DAYS):
            raise RecordsError(f"A challenge takes 1 to {MAX_DAYS} days.")
        with self._database.writing() as db:
            if db.get_bind().dialect.name == "postgresql":  # SQLite has one writer at a time
                db.execute(text("LOCK TABLE challenge IN SHARE ROW EXCLUSIVE MODE"))
            if db.scalar(select(ChallengeRow.id).where(ChallengeRow.last >= first)) is not None:
                raise RecordsError("A challenge is running already.")
            row = ChallengeRow(workout=workout, first=first, last=last)
            db.add(row)
            db.flush()
            return Challenge(**values(row, Challenge))

    def cancel(self, number: int) -> None:
        """Delete a running challenge; nothing happens if there is none with that number."""
        running = ChallengeRow.last >= self.today()
        with self._database.writing() as db:
            db.execute(delete(ChallengeRow).where(ChallengeRow.id == number, running))

    def standings(self, challenge: Challenge) -> list[Place]:
        """Return the places of all players who have done repetitions for it, the best first."""
        totals = self._leaderboard.totals(challenge.first, challenge.last)
        return rank(totals, "reps", challenge.workout)

    def settle(self, station: str) -> None:
        """Announce the winners of challenges that are over, each once; call occasionally.

        Args:
            station: name of the station that sends the message to webhooks.
        """
        yesterday = (self._now() - SETTLE_DELAY).astimezone(self._zone).date() - timedelta(days=1)
        due = select(ChallengeRow).where(
            ChallengeRow.settled.is_(None), ChallengeRow.last <= yesterday
        )
        with self._database.reading() as db:
            challenges = [Challenge(**values(row, Challenge)) for row in db.scalars(due)]
        for challenge in challenges:
            places = self.standings(challenge)
            with self._database.writing() as db:
                if self._mark_settled(db, challenge) and places:
                    data = _message(challenge, places)
                    tell_webhooks(db, [("challenge.won", data)], station, self._now())

    def _mark_settled(self, db: DbSession, challenge: Challenge) -> bool:
        """Mark a challenge as settled; return whether no other process has done it before."""
        unsettled = ChallengeRow.id == challenge.id, ChallengeRow.settled.is_(None)
        result = db.execute(update(ChallengeRow).where(*unsettled).values(settled=self._now()))
        assert isinstance(result, CursorResult)
        return result.rowcount == 1


def _message(challenge: Challenge, places: list[Place]) -> dict[str, Any]:
    standings = [
        {"rank": place.rank, "player": place.player, "reps": int(place.value)} for place in places
    ]
    return {
        "workout": challenge.workout,
        "first": challenge.first.isoformat(),
        "last": challenge.last.isoformat(),
        "winners": [place.player for place in places if place.rank == 1],
        "standings": standings,
    }
