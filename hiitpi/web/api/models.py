"""What the API takes and returns."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from hiitpi.coach.messages import Phase, SessionRecord
from hiitpi.coach.rules.strictness import Strictness

#: Maximum number of items on a page.
MAX_LIMIT: Final = 100

Item = TypeVar("Item")
Name = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Slug = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^\w+$")]
ProgramKey = Annotated[str, StringConstraints(pattern=r"^(shipped|house)-\d{1,9}$")]


class _Answer(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class _Question(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Problem(_Answer):
    """Why a request was refused."""

    error: str = Field(description="what is wrong, and what to do")


class PageQuery(_Question):
    """Which part of a long list to return."""

    limit: int = Field(25, ge=1, le=MAX_LIMIT, description="maximum number of items")
    offset: int = Field(0, ge=0, le=10**9, description="number of items to skip")


class SessionQuery(PageQuery):
    """Which sessions to return, newest first."""

    workout: Slug | None = Field(None, description="only sessions with this workout")
    since: date | None = Field(None, description="first local day, as 2026-11-28")


class Page(_Answer, Generic[Item]):
    """A part of a long list."""

    items: list[Item]
    total: int = Field(description="number of items in the whole list")


class PlayerItem(_Answer):
    """A player."""

    name: str
    colour: str = Field(description="the player's colour, as #rrggbb")


class WorkoutItem(_Answer):
    """A workout."""

    slug: str = Field(description="its name in requests")
    name: str
    counts: Literal["reps", "seconds"]
    view: Literal["front", "side", "any"] = Field(description="the side to show to the camera")
    floor: bool = Field(description="whether it is done on the floor")


class ProgramItem(_Answer):
    """A program."""

    key: str = Field(description="its name in requests")
    name: str
    workouts: list[str]
    seconds: float | None = Field(description="its duration; null if that depends on the athlete")


class SetItem(_Answer):
    """One set of a session."""

    number: int
    workout: str
    round: int
    began: float = Field(description="seconds since the first Go, without pauses")
    seconds: float = Field(description="seconds of work")
    reps: int = Field(description="repetitions counted by the camera")
    corrected: int | None = Field(description="repetitions according to the player's correction")
    attempts: int = Field(description="attempts that did not count")
    score: float | None = Field(description="mean form score, 0 to 100")
    recognised: str | None = Field(description="slug that was recognised; null if it was chosen")
    mean_heart_rate: int | None = Field(description="beats per minute; null without a strap")
    max_heart_rate: int | None = Field(description="beats per minute; null without a strap")


class SessionItem(_Answer):
    """A session that has ended."""

    session: UUID
    player: str
    program: str
    strictness: Strictness
    station: str
    started: datetime
    ended: datetime | None
    status: str
    reps: int = Field(description="repetitions after corrections")
    attempts: int
    seconds: float = Field(description="seconds of work")
    pace: float = Field(description="repetitions per 30 s")
    score: float | None = Field(description="mean form score, 0 to 100")
    sets: list[SetItem]


class RepetitionItem(_Answer):
    """One repetition that the camera counted."""

    number: int = Field(description="its number in the session, from 1")
    set: int
    time: float = Field(description="seconds since the first Go, without pauses")
    duration: float = Field(description="seconds")
    range_of_motion: float = Field(description="fraction of the full range, 0 to 1")
    symmetry: float = Field(description="0 to 1; 1 if left and right moved alike")
    score: float = Field(description="form score, 0 to 100")
    cues: list[str] = Field(description="how to improve the next one")


class StationItem(_Answer):
    """A station: a camera with its pipeline."""

    name: str
    online: bool


class LiveSession(_Answer):
    """The session that is running at a station."""

    session: UUID
    player: str
    program: str
    phase: Phase
    workout: str = Field(description="display name of the current workout")
    set: int
    sets: int | None
    round: int | None
    reps: int = Field(description="repetitions in the current set")
    attempts: int
    total: int = Field(description="repetitions in the whole session")
    pace: float = Field(description="repetitions per 30 s")
    score: float | None = Field(description="mean form score of the set, 0 to 100")
    seconds_left: float | None = Field(description="until the phase ends; null if it is open")
    heart_rate: int | None = Field(description="beats per minute; null without a strap")


class LiveState(_Answer):
    """What happens at a station now."""

    station: str
    online: bool
    camera: str = Field(description="state of the camera; empty if it has not reported")
    session: LiveSession | None


def _only(choice: str, *others: str) -> dict[str, Any]:
    """Return a JSON schema of an object that has one property and none of some others."""
    return {
        "required": [choice],
        "properties": {choice: {"type": "string"}},
        "not": {"anyOf": [{"required": [other]} for other in others]},
    }


class StartRequest(_Question):
    """Which session to start: one workout, or a program."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "oneOf": [_only("workout", "program"), _only("program", "workout", "reps", "seconds")]
        },
    )

    player: Name = Field(description="name of an existing player")
    workout: Slug | None = Field(None, description="slug of a workout")
    program: ProgramKey | None = Field(None, description="key of a program")
    reps: int | None = Field(None, ge=1, le=1000, description="goal, with a workout")
    seconds: float | None = Field(None, ge=5, le=1000, description="duration, with a workout")
    strictness: Strictness = "standard"

    @model_validator(mode="after")
    def _one_of_each(self) -> "StartRequest":
        if (self.workout is None) == (self.program is None):
            raise ValueError("give either workout or program")
        if self.program is not None and (self.reps, self.seconds) != (None, None):
            raise ValueError("give reps and seconds only with a workout")
        return self


class CommandRequest(_Question):
    """What to do with the session that is running."""

    command: Literal["go", "pause", "resume", "done", "discard"]


class Accepted(_Answer):
    """A command was passed on to the station; the live state shows what became of it."""

    accepted: Literal[True] = True


def session_item(record: SessionRecord) -> SessionItem:
    """Return a session as the API shows it."""
    fields = ("player", "station", "status", "reps", "attempts", "pace", "score")
    return SessionItem.model_validate(
        {name: getattr(record, name) for name in fields}
        | {
            "session": record.uuid,
            "program": record.program.name,
            "strictness": record.program.strictness,
            "started": datetime.fromtimestamp(record.started, UTC),
            "ended": None if record.ended is None else datetime.fromtimestamp(record.ended, UTC),
            "seconds": round(record.seconds, 2),
            "sets": [SetItem.model_validate(s) for s in record.sets],
        }
    )
