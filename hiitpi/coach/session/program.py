"""Programs: workouts in order, each with its duration or repetitions, and the rests between."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from itertools import count
from typing import Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from hiitpi.coach.rules.any_workout import ANY
from hiitpi.coach.rules.strictness import Strictness
from hiitpi.errors import ProgramError

#: Limits of a program; generous for one session of training.
MAX_EXERCISES: Final = 30
MAX_ROUNDS: Final = 99
MAX_PROGRAM_S: Final = 4 * 3600.0

ProgramName = Annotated[str, Field(min_length=1, max_length=60)]
Slug = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^\w+$")]
Work = Annotated[float, Field(ge=5, le=3600)]
Rest = Annotated[float, Field(ge=0, le=900)]
Goal = Annotated[int, Field(ge=1, le=1000)]
Rounds = Annotated[int, Field(ge=1, le=MAX_ROUNDS)]
Limit = Annotated[float, Field(ge=10, le=MAX_PROGRAM_S)]


@dataclass(frozen=True, slots=True, config={"extra": "forbid"})
class Exercise:
    """One workout within a program.

    With `work` alone it ends after that time; with `reps` or `until` alone when that is reached, or
    with both at the first of them. With `work` as well, an athlete who finishes early rests for the
    remaining time, as in an EMOM (every minute on the minute). Without any it lasts until Done.

    Attributes:
        workout: slug of the workout.
        work: seconds of work; None for no time limit.
        reps: repetitions to do, or seconds of a hold; None for no goal.
        rest: seconds of rest after it.
        until: "slower" to end it when the athlete has become slower; None not to.
    """

    workout: Slug
    work: Work | None = None
    reps: Goal | None = None
    rest: Rest = 0.0
    until: Literal["slower"] | None = None

    @property
    def ends(self) -> bool:
        """Whether it ends without Done: it has a time limit or something to reach."""
        return any(value is not None for value in (self.work, self.reps, self.until))

    def is_done(self, reps: int, slower: bool) -> bool:
        """Return whether its goal is reached.

        Args:
            reps: repetitions so far.
            slower: whether the athlete has become slower.
        """
        return (self.reps is not None and reps >= self.reps) or (slower and self.until is not None)


@dataclass(frozen=True, slots=True, config={"extra": "forbid"})
class Program:
    """Exercises that are repeated in rounds.

    Attributes:
        name: display name.
        exercises: the exercises of a round, in order.
        rounds: number of rounds; None for as many as `limit` allows, as in an AMRAP (as many rounds
            as possible).
        round_rest: seconds of rest between rounds, instead of the last exercise's rest; 0 keeps
            the latter.
        limit: seconds after which the program ends, even in the middle of a round; None for no
            limit.
        strictness: how strictly repetitions are judged; chosen for each session.

    Raises:
        ValidationError: a value is out of its range, or the values contradict each other. `parse`
            raises a `ProgramError` instead.
    """

    name: ProgramName
    exercises: Annotated[tuple[Exercise, ...], Field(min_length=1, max_length=MAX_EXERCISES)]
    rounds: Rounds | None = 1
    round_rest: Rest = 0.0
    limit: Limit | None = None
    strictness: Strictness = "standard"

    def __post_init__(self) -> None:
        if self.rounds is None and self.limit is None:
            raise ValueError("a program without a number of rounds needs a time limit")
        has_other_sets = len(self.exercises) > 1 or self.rounds != 1
        endless = [e.workout for e in self.exercises if not e.ends]
        if has_other_sets and endless:
            raise ValueError(f'{endless[0]} needs seconds of work, repetitions or until = "slower"')
        if ANY in self.workouts and (has_other_sets or not endless):
            raise ValueError("a program needs the names of its workouts")
        if self.limit is None and (self.seconds or 0) > MAX_PROGRAM_S:
            raise ValueError(f"the program takes more than {MAX_PROGRAM_S / 3600:g} hours")

    @property
    def seconds(self) -> float | None:
        """Its duration in seconds; None if that depends on the athlete."""
        if self.limit is not None:
            return self.limit
        if self.rounds is None or any(e.work is None for e in self.exercises):
            return None
        return sum(step.seconds or 0.0 for step in steps(self))

    @property
    def timed(self) -> bool:
        """Whether it has a time limit, for an exercise or in all."""
        return self.limit is not None or any(e.work is not None for e in self.exercises)

    @property
    def raced(self) -> bool:
        """Whether a faster athlete finishes earlier, rather than when the time is up."""
        return self.rounds is not None and any(e.reps is not None for e in self.exercises)

    @property
    def ranked(self) -> bool:
        """Whether its results are compared with others; those of gentle sessions are not."""
        return self.strictness != "gentle"

    @property
    def just_train(self) -> bool:
        """Whether the workouts are recognised while the athlete trains."""
        return ANY in self.workouts

    @property
    def workouts(self) -> tuple[str, ...]:
        """Slugs of its workouts, in order, without duplicates."""
        return tuple(dict.fromkeys(e.workout for e in self.exercises))

    def data(self) -> dict[str, Any]:
        """Return the program as plain data for `parse`, without None and the usual strictness."""
        plain = asdict(self)
        if self.strictness == "standard":
            del plain["strictness"]
        plain["exercises"] = [_without_none(e) for e in plain["exercises"]]
        return _without_none(plain)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a program: the work of a set, or the rest before the next one.

    Attributes:
        phase: "work" or "rest".
        exercise: the exercise; during a rest, the next one.
        number: number of the set, from 1; during a rest, of the next one.
        round: number of the round, from 1; during a rest, of the next set's.
        seconds: duration; None if the step lasts until the goal is reached, or Done.
    """

    phase: Literal["work", "rest"]
    exercise: Exercise
    number: int
    round: int
    seconds: float | None


_PROGRAM: Final = TypeAdapter(Program)


def parse(data: Any) -> Program:
    """Validate plain data, such as parsed JSON or TOML, as a program.

    Raises:
        ProgramError: the data is not a valid program; the message says what is wrong, and where.
    """
    if not isinstance(data, Mapping):
        raise ProgramError("This is not a program.")
    try:
        program = _PROGRAM.validate_python({"rounds": None if "limit" in data else 1} | dict(data))
    except ValidationError as error:
        raise ProgramError(_error_message(error)) from None
    return program


def steps(program: Program) -> Iterator[Step]:
    """Yield the steps of a program in order; endlessly if its `rounds` is None."""
    set_numbers = count(1)
    rest = 0.0
    rounds = count(1) if program.rounds is None else range(1, program.rounds + 1)
    for round_number in rounds:
        for i, exercise in enumerate(program.exercises):
            set_number = next(set_numbers)
            if rest:
                yield Step("rest", exercise, set_number, round_number, rest)
            yield Step("work", exercise, set_number, round_number, exercise.work)
            last = i + 1 == len(program.exercises)
            rest = (program.round_rest or exercise.rest) if last else exercise.rest


def free(workout: str) -> Program:
    """Return a program of one workout that lasts until Done."""
    return Program("Free training", (Exercise(workout),))


def just_train() -> Program:
    """Return a program in which the workouts are recognised, and which lasts until Done."""
    return Program("Just train", (Exercise(ANY),))


def to_reps(workout: str, reps: int) -> Program:
    """Return a program of one workout with a number of repetitions as its goal."""
    return Program(f"{reps} reps", (Exercise(workout, reps=reps),))


def for_seconds(workout: str, seconds: float) -> Program:
    """Return a program of one workout that lasts a number of seconds."""
    return Program(f"{seconds:g} seconds", (Exercise(workout, work=seconds),))


def tabata(*workouts: str, name: str = "Tabata") -> Program:
    """Return a Tabata program: 20 s of work and 10 s of rest, eight times.

    After Tabata et al. (1996), "Effects of moderate-intensity endurance and high-intensity
    intermittent training on anaerobic capacity and VO2max", Med Sci Sports Exerc 28(10).

    Args:
        workouts: slugs of the workouts, which take turns; their number should divide 8.
        name: name of the program.
    """
    exercises = tuple(Exercise(workout, work=20, rest=10) for workout in workouts)
    return Program(name, exercises, rounds=8 // len(workouts))


def _circuit(name: str, *workouts: str, rounds: int = 3) -> Program:
    exercises = tuple(Exercise(workout, work=40, rest=20) for workout in workouts)
    return Program(name, exercises, rounds=rounds, round_rest=60)


#: Programs that come with HIIT PI. They are read-only, but copies can be edited.
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


def _error_message(error: ValidationError) -> str:
    """Describe the first validation error: "Exercise 2, work: ..."."""
    first = error.errors()[0]
    place: list[str] = []
    for part in first["loc"]:
        if isinstance(part, int):
            place[-1:] = [f"exercise {part + 1}"]
        else:
            place.append(str(part).replace("_", " "))
    reason = first["msg"].removeprefix("Value error, ")
    message = f"{', '.join(place)}: {reason}" if place else reason
    return f"{message[:1].upper()}{message[1:]}."
