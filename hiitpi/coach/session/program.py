"""A program: which workouts in what order, for how long or how often, with what rest between."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from itertools import count
from typing import Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from hiitpi.errors import ProgramError

#: What a program may hold; more than anybody trains in one go.
MAX_EXERCISES: Final = 30
MAX_ROUNDS: Final = 99
MAX_PROGRAM_S: Final = 4 * 3600.0

Name = Annotated[str, Field(min_length=1, max_length=60)]
Slug = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^\w+$")]
Work = Annotated[float, Field(ge=5, le=3600)]
Rest = Annotated[float, Field(ge=0, le=900)]
Goal = Annotated[int, Field(ge=1, le=1000)]
Rounds = Annotated[int, Field(ge=1, le=MAX_ROUNDS)]
Limit = Annotated[float, Field(ge=10, le=MAX_PROGRAM_S)]


@dataclass(frozen=True, slots=True, config={"extra": "forbid"})
class Exercise:
    """One workout within a program.

    Work ends when its seconds are up. With `reps` alone it ends when they are done; with both,
    whoever is done early rests for what is left of the seconds, as in an EMOM (every minute on the
    minute). Without either it goes on until Done.

    Attributes:
        workout: slug.
        work: seconds of work.
        reps: repetitions to do; of a hold, seconds.
        rest: seconds of rest after it.
    """

    workout: Slug
    work: Work | None = None
    reps: Goal | None = None
    rest: Rest = 0.0

    @property
    def ends(self) -> bool:
        """Whether it comes to an end by itself."""
        return self.work is not None or self.reps is not None


@dataclass(frozen=True, slots=True, config={"extra": "forbid"})
class Program:
    """Exercises, done in rounds.

    Attributes:
        name: what people call it.
        exercises: in order.
        rounds: how often all of them; None: as often as `limit` allows, as in an AMRAP (as many
            rounds as possible).
        round_rest: seconds of rest between rounds, instead of the last exercise's own; 0: its own.
        limit: seconds after which it is over, wherever it is.

    Raises:
        ProgramError: through `parse`, when the data is no program that can be trained.
    """

    name: Name
    exercises: Annotated[tuple[Exercise, ...], Field(min_length=1, max_length=MAX_EXERCISES)]
    rounds: Rounds | None = 1
    round_rest: Rest = 0.0
    limit: Limit | None = None

    def __post_init__(self) -> None:
        if self.rounds is None and self.limit is None:
            raise ValueError("without a number of rounds it needs a time limit")
        several = len(self.exercises) > 1 or self.rounds != 1
        endless = [e.workout for e in self.exercises if not e.ends]
        if several and endless:
            raise ValueError(f"{endless[0]} needs seconds of work, or repetitions")
        if self.limit is None and (self.seconds or 0) > MAX_PROGRAM_S:
            raise ValueError(f"it takes more than {MAX_PROGRAM_S / 3600:g} hours")

    @property
    def seconds(self) -> float | None:
        """How long it takes; None where that depends on the athlete."""
        if self.limit is not None:
            return self.limit
        if self.rounds is None or any(e.work is None for e in self.exercises):
            return None
        return sum(step.seconds or 0.0 for step in steps(self))

    @property
    def timed(self) -> bool:
        """Whether a clock runs against the athlete."""
        return self.limit is not None or any(e.work is not None for e in self.exercises)

    @property
    def raced(self) -> bool:
        """Whether who is quicker is done earlier, rather than when the clock says so."""
        return self.rounds is not None and any(e.reps is not None for e in self.exercises)

    @property
    def workouts(self) -> tuple[str, ...]:
        """The slugs, each once, in order."""
        return tuple(dict.fromkeys(e.workout for e in self.exercises))

    def data(self) -> dict[str, Any]:
        """Plain data that `parse` takes; what has no value is left out."""
        plain = asdict(self)
        plain["exercises"] = [_without_none(e) for e in plain["exercises"]]
        return _without_none(plain)


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of a program.

    Attributes:
        phase: work or rest.
        exercise: what is done; during a rest, what comes next.
        number: of the set, 1 for the program's first; during a rest, of the next.
        round: likewise.
        seconds: how long; None: until the goal, or Done.
    """

    phase: Literal["work", "rest"]
    exercise: Exercise
    number: int
    round: int
    seconds: float | None


_PROGRAM: Final = TypeAdapter(Program)


def parse(data: Any) -> Program:
    """A program out of plain data.

    Raises:
        ProgramError: it is none; the message says what is wrong, and where.
    """
    if not isinstance(data, Mapping):
        raise ProgramError("This is not a program.")
    try:
        program = _PROGRAM.validate_python({"rounds": None if "limit" in data else 1} | dict(data))
    except ValidationError as error:
        raise ProgramError(_told(error)) from None
    return program


def steps(program: Program) -> Iterator[Step]:
    """Everything that is to be done, in order; without an end if `rounds` is None."""
    numbers = count(1)
    pause = 0.0
    rounds = count(1) if program.rounds is None else range(1, program.rounds + 1)
    for turn in rounds:
        for i, exercise in enumerate(program.exercises):
            number = next(numbers)
            if pause:
                yield Step("rest", exercise, number, turn, pause)
            yield Step("work", exercise, number, turn, exercise.work)
            last = i + 1 == len(program.exercises)
            pause = (program.round_rest or exercise.rest) if last else exercise.rest


def free(workout: str) -> Program:
    """One workout until Done, without a clock."""
    return Program("Free training", (Exercise(workout),))


def to_reps(workout: str, reps: int) -> Program:
    """One workout until so many repetitions are done."""
    return Program(f"{reps} reps", (Exercise(workout, reps=reps),))


def for_seconds(workout: str, seconds: float) -> Program:
    """As many repetitions as possible in so many seconds."""
    return Program(f"{seconds:g} seconds", (Exercise(workout, work=seconds),))


def tabata(*workouts: str, name: str = "Tabata") -> Program:
    """Eight times 20 s of work and 10 s of rest.

    After Tabata et al. (1996), "Effects of moderate-intensity endurance and high-intensity
    intermittent training on anaerobic capacity and VO2max", Med Sci Sports Exerc 28(10).
    """
    exercises = tuple(Exercise(workout, work=20, rest=10) for workout in workouts)
    return Program(name, exercises, rounds=8 // len(workouts))


def _circuit(name: str, *workouts: str, rounds: int = 3) -> Program:
    exercises = tuple(Exercise(workout, work=40, rest=20) for workout in workouts)
    return Program(name, exercises, rounds=rounds, round_rest=60)


#: Programs that come with HIIT PI. They can be copied and changed, not edited.
SHIPPED_PROGRAMS: Final = (
    tabata("jumping_jacks", "squat", name="Tabata, standing"),
    tabata("burpee", name="Tabata burpees"),
    _circuit("Circuit 40/20", "jumping_jacks", "squat", "push_up", "high_knees", "sit_up"),
    Program("EMOM 10", (Exercise("burpee", work=60, reps=8),), rounds=10),
    Program(
        "AMRAP 10",
        (Exercise("push_up", reps=5), Exercise("sit_up", reps=10), Exercise("squat", reps=15)),
        rounds=None,
        limit=600,
    ),
)


def _without_none(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value is not None}


def _told(error: ValidationError) -> str:
    """The first thing that is wrong, in words: "Exercise 2, work: ..."."""
    first = error.errors()[0]
    place: list[str] = []
    for part in first["loc"]:
        if isinstance(part, int):
            place[-1:] = [f"exercise {part + 1}"]
        else:
            place.append(str(part).replace("_", " "))
    says = first["msg"].removeprefix("Value error, ")
    words = f"{', '.join(place)}: {says}" if place else says
    return f"{words[:1].upper()}{words[1:]}."
