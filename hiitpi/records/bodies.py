"""Stores what players say about themselves, for heart rate zones and calories."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from hiitpi.coach.heart_rate import Body
from hiitpi.errors import RecordsError
from hiitpi.records.database import Database
from hiitpi.records.mapping import values
from hiitpi.records.players import find_player

#: The youngest and the oldest player, in years.
AGES: Final = (5, 110)

#: Range of weights in kg, and of measured maximum heart rates in beats per minute.
WEIGHTS_KG: Final = (15.0, 300.0)
MAX_HEART_RATES: Final = (100, 230)


class BodyRepository:
    """What the players of one database have said about themselves.

    Args:
        database: the database.
        now: returns the current time with its time zone.
    """

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now

    def get(self, name: str) -> Body:
        """Return what a player has said; nothing if there is no such player."""
        with self._database.reading() as db:
            row = find_player(db, name)
            return Body() if row is None else Body(**values(row, Body))

    def highest_heart_rate(self, name: str) -> int | None:
        """Return a player's maximum heart rate; None if it is not known."""
        return self.get(name).highest(self._now().year)

    def set(self, name: str, body: Body) -> None:
        """Store what a player says, all of it.

        Raises:
            RecordsError: there is no such player, or a value is out of range.
        """
        year = self._now().year
        youngest, oldest = AGES
        _require(body.birth_year, (year - oldest, year - youngest), "The year of birth")
        _require(body.weight_kg, WEIGHTS_KG, "The weight", " kg")
        _require(body.max_heart_rate, MAX_HEART_RATES, "The maximum heart rate", " /min")
        with self._database.writing() as db:
            row = find_player(db, name)
            if row is None:
                raise RecordsError(f"There is no player called {name}.")
            row.birth_year, row.sex = body.birth_year, body.sex
            row.weight_kg, row.max_heart_rate = body.weight_kg, body.max_heart_rate


def _require(value: float | None, between: tuple[float, float], what: str, unit: str = "") -> None:
    """Raise RecordsError if a value is given and out of its range."""
    lowest, highest = between
    if value is not None and not lowest <= value <= highest:
        raise RecordsError(
            f"{what} cannot be {value:g}{unit}: enter {lowest:g} to {highest:g}, or nothing."
        )
