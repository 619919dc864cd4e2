"""The columns of exported files. The same models validate imported ones."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)  # fmt: skip

from hiitpi.records.player_names import clean_name

#: Longest set of an imported file that may have heart rates, with its rest: a day, in seconds.
MAX_SET_SECONDS: Final = 24 * 3600

Count = Annotated[int, Field(ge=0, le=9999)]
Seconds = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
Part = Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)]
HeartRates = Annotated[
    tuple[Annotated[int, Field(ge=0, le=255)], ...], Field(max_length=MAX_SET_SECONDS)
]
Score = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _empty_is_none(cls, values: Any) -> Any:
        if isinstance(values, dict):
            return {name: None if value == "" else value for name, value in values.items()}
        return values


class CsvSet(_Row):
    """One set of a session; the session's own columns are repeated in each of its sets."""

    session: UUID = Field(description="uuid of the session; importing it again has no effect")
    player: str = Field(description="name of the player")
    program: str = Field(description="the program, as JSON")
    started: AwareDatetime = Field(description="start of the session")
    ended: AwareDatetime = Field(description="end of the session")
    status: Literal["finished", "interrupted"] = Field(description="finished or interrupted")
    station: str = Field(max_length=30, description="name of the station")
    model: str = Field(max_length=60, description="pose model that was used")
    match: str | None = Field(None, max_length=40, description="id of the head-to-head, or empty")
    set: int = Field(ge=1, le=9999, description="number of the set in the session")
    workout: str = Field(max_length=60, description="the workout of the set")
    round: int = Field(ge=1, le=9999, description="round of the program")
    began: Seconds = Field(description="seconds since the first Go, excluding pauses")
    seconds: Seconds = Field(description="seconds of work")
    reps: Count = Field(description="repetitions counted by the camera (seconds, for a hold)")
    corrected: Count | None = Field(None, description="manually corrected repetitions, or empty")
    attempts: Count = Field(description="attempts that did not count")
    score: Score | None = Field(None, description="mean form score, 0 to 100, or empty")
    sway: Seconds | None = Field(None, description="sway of the body in degrees, or empty")
    scoring: int = Field(1, ge=1, le=99, description="version of the rules of the form score")
    recognised: str | None = Field(
        None, max_length=60, description="the workout as it was recognised in Just train, or empty"
    )
    heart_rates: HeartRates = Field(
        (),
        description="heart rate in each second from its start to that of the next set, in beats "
        "per minute, separated by spaces; 0 where it was not measured, or empty",
    )

    @field_validator("player")
    @classmethod
    def _is_name(cls, name: str) -> str:
        return clean_name(name)

    @field_validator("heart_rates", mode="before")
    @classmethod
    def _split(cls, text: Any) -> Any:
        return text.split() if isinstance(text, str) else text or ()


class CsvRepetition(_Row):
    """One repetition that the camera counted."""

    session: UUID = Field(description="uuid of the session")
    set: int = Field(ge=1, le=9999, description="number of the set in the session")
    number: int = Field(ge=1, le=99_999, description="number in the session, from 1")
    time: Seconds = Field(description="seconds since the first Go, excluding pauses")
    duration: Seconds = Field(description="duration in seconds")
    range_of_motion: Part = Field(description="fraction of the workout's full range, 0 to 1")
    symmetry: Part = Field(description="symmetry of left and right, 0 to 1")
    score: Score = Field(description="form score, 0 to 100")
    cues: str | None = Field(None, max_length=2000, description="form cues, separated by |")
