"""Reads and writes the workouts that the house has taught, as text."""

import logging
import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import String, Text

from hiitpi.errors import RecordsError
from hiitpi.records.database import Database
from hiitpi.records.schema import Base, UtcDateTime

log = logging.getLogger(__name__)

#: Maximum number of taught workouts: all of them are refereed at once in “Just train”.
MAX_WORKOUTS = 30

#: Prefix of their slugs, so that a workout that comes with a later version has another.
PREFIX = "taught_"


class TaughtWorkoutRow(Base):
    """A workout of the household.

    Attributes:
        slug: its identifier in sets and programs.
        name: display name.
        text: workout file, see `hiitpi.coach.rules.workout_text`.
    """

    __tablename__ = "taught_workout"

    slug: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(UtcDateTime)


class TaughtWorkoutRepository:
    """The taught workouts of one database.

    Args:
        database: the database.
        now: returns the current time with its time zone.
    """

    def __init__(
        self, database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database, self._now = database, now
        self._applied: Hashable = None  # the version that `refresh` has passed on

    def texts(self) -> Mapping[str, str]:
        """Return the workout files by slug."""
        with self._database.reading() as db:
            rows = db.scalars(select(TaughtWorkoutRow).order_by(TaughtWorkoutRow.slug))
            return {row.slug: row.text for row in rows}

    def version(self) -> Hashable:
        """Return a value that changes with the workouts; much faster than reading them."""
        with self._database.reading() as db:
            count, newest = func.count(), func.max(TaughtWorkoutRow.created)
            return tuple(db.execute(select(count, newest).select_from(TaughtWorkoutRow)).one())

    def refresh(self, apply: Callable[[Mapping[str, str]], Iterable[str]]) -> None:
        """Pass the workouts on if they have changed since the last call.

        Args:
            apply: takes the workout files by slug, and returns what is wrong with any of them.
        """
        version = self.version()
        if version != self._applied:
            for trouble in apply(self.texts()):
                log.warning("A taught workout is left out: %s", trouble)
            self._applied = version

    def add(self, name: str, text: str) -> str:
        """Store a workout.

        Args:
            name: display name.
            text: workout file, which the caller has checked.

        Returns:
            Its slug.

        Raises:
            RecordsError: there is one with that name, or there are too many.
        """
        slug = slug_of(name)
        with self._database.writing() as db:
            if db.get(TaughtWorkoutRow, slug) is not None:
                raise RecordsError(f"There is already a workout called {name}.")
            if (db.scalar(select(func.count()).select_from(TaughtWorkoutRow)) or 0) >= MAX_WORKOUTS:
                raise RecordsError(f"There are {MAX_WORKOUTS} workouts. Delete one first.")
            row = TaughtWorkoutRow(slug=slug, name=name, text=text, created=self._now())
            db.add(row)
        return slug

    def delete(self, slug: str) -> tuple[str, str] | None:
        """Delete a workout; return its name and file, or None if there is none."""
        with self._database.writing() as db:
            row = db.get(TaughtWorkoutRow, slug)
            if row is None:
                return None
            deleted = row.name, row.text
            db.delete(row)
            return deleted


def slug_of(name: str) -> str:
    """Return the slug of a taught workout; letters of any script stay."""
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", name).casefold())
    return PREFIX + ("_".join(words) or "workout")[: 60 - len(PREFIX)]
