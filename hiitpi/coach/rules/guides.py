"""How the workouts are done, in words: `workouts/guides.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Final

from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass

from hiitpi.coach.rules.workout_library import SHIPPED_FOLDER

PATH: Final = SHIPPED_FOLDER / "guides.toml"

Line = Annotated[str, Field(min_length=1, max_length=90)]


@dataclass(frozen=True, slots=True, config={"extra": "forbid"})
class Guide:
    """How a workout is done.

    Attributes:
        how: three lines, in order.
        muscles: what it trains.
        easier: an easier variant or workout.
        harder: a harder one.
        jumps: whether both feet leave the floor, which neighbours hear.
        knees: whether it loads bent knees.
    """

    how: tuple[Line, Line, Line]
    muscles: Line
    easier: Line
    harder: Line
    jumps: bool
    knees: bool


@cache
def guides() -> Mapping[str, Guide]:
    """Return the guides of the shipped workouts by slug."""
    with PATH.open("rb") as file:
        return TypeAdapter(dict[str, Guide]).validate_python(tomllib.load(file))
