import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.coach.session import program_file
from hiitpi.coach.session.interval_timer import IntervalTimer
from hiitpi.coach.session.program import (
    SHIPPED_PROGRAMS,
    Exercise,
    Program,
    for_seconds,
    free,
    parse,
    steps,
    tabata,
    to_reps,
)
from hiitpi.errors import ProgramError

NAMES = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60)
WHOLE = st.integers(5, 3600).map(float)

exercises = st.builds(
    Exercise,
    workout=st.sampled_from(["squat", "plank", "push_up"]),
    work=st.none() | WHOLE,
    reps=st.integers(1, 1000),
    rest=st.integers(0, 900).map(float),
)
programs = st.builds(
    Program,
    name=NAMES,
    exercises=st.lists(exercises, min_size=1, max_size=5).map(tuple),
    rounds=st.none() | st.integers(1, 5),
    round_rest=st.integers(0, 900).map(float),
    limit=st.integers(10, 14400).map(float),
)


def told(program: Program) -> list[tuple[str, str, int, int, float | None]]:
    return [(s.phase, s.exercise.workout, s.number, s.round, s.seconds) for s in steps(program)]


def test_a_tabata_is_eight_times_twenty_and_ten_without_a_last_rest():
    stretches = [(phase, seconds) for phase, *_, seconds in told(tabata("squat"))]
    assert stretches == [("work", 20.0), ("rest", 10.0)] * 7 + [("work", 20.0)]
    assert tabata("squat").seconds == 230
    assert [s for s in told(tabata("squat", "plank")) if s[0] == "work"][-1][:4] == (
        ("work", "plank", 8, 4)
    )


def test_rest_between_rounds_replaces_the_last_exercises_own():
    program = Program(
        "x", (Exercise("squat", 40, rest=20), Exercise("plank", 40, rest=5)), 2, round_rest=60
    )
    assert [s[4] for s in told(program)] == [40, 20, 40, 60, 40, 20, 40]
    assert program.seconds == 260


def test_the_shipped_programs_can_be_trained():
    library = WorkoutLibrary()
    assert len({program.name for program in SHIPPED_PROGRAMS}) == len(SHIPPED_PROGRAMS)
    for program in SHIPPED_PROGRAMS:
        assert parse(program.data()) == program
        assert all(slug in library for slug in program.workouts)


@pytest.mark.parametrize(
    ("program", "timed", "raced", "seconds"),
    [
        (free("squat"), False, False, None),
        (to_reps("squat", 20), False, True, None),
        (for_seconds("squat", 60), True, False, 60),
        (SHIPPED_PROGRAMS[3], True, True, 600),  # EMOM: done early in each minute
        (SHIPPED_PROGRAMS[4], True, False, 600),  # AMRAP: there is always another round
    ],
)
def test_what_has_a_clock(program: Program, timed: bool, raced: bool, seconds: float | None):
    assert (program.timed, program.raced, program.seconds) == (timed, raced, seconds)


ONE = {"workout": "squat", "work": 20}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({}, "Name: Field required"),
        ("text", "not a program"),
        ({"name": "x", "exercises": []}, "Exercises"),
        ({"name": "x", "exercises": [ONE, {**ONE, "work": 1}]}, "Exercise 2, work"),
        ({"name": "x", "exercises": [{**ONE, "rest": -1}]}, "Exercise 1, rest"),
        ({"name": "x", "exercises": [{**ONE, "work": float("nan")}]}, "Exercise 1, work"),
        ({"name": "x", "exercises": [{**ONE, "load": 10}]}, "Exercise 1, load"),
        ({"name": "x", "exercises": [{"workout": "../x"}]}, "Exercise 1, workout"),
        ({"name": "x", "exercises": [{"workout": "squat"}, ONE]}, "Squat needs seconds"),
        ({"name": "x", "exercises": [ONE], "rounds": None}, "needs a time limit"),
        ({"name": "x", "exercises": [ONE] * 31}, "at most 30"),
        ({"name": "x" * 61, "exercises": [ONE]}, "Name"),
        ({"name": "x", "exercises": [{**ONE, "work": 3600}], "rounds": 99}, "more than 4 hours"),
    ],
)
def test_what_is_no_program_says_what_is_wrong(data: Any, says: str):
    with pytest.raises(ProgramError, match=says) as caught:
        parse(data)
    assert "\n" not in str(caught.value)


@given(programs)
def test_a_file_brings_the_same_program_back(program: Program):
    assert program_file.read(program_file.write(program)) == program


def test_a_file_is_small_and_readable():
    assert program_file.write(SHIPPED_PROGRAMS[3]) == (
        'name = "EMOM 10"\n'
        'exercises = [\n    { workout = "burpee", work = 60, reps = 8 },\n]\nrounds = 10\n'
    )


@pytest.mark.parametrize(
    "text", ["", "name = ", "name = 1", "\x00", "[[exercises]]" * 3, "[" * 10_000, "x" * 20_001]
)
def test_what_is_no_file_says_so(text: str):
    with pytest.raises(ProgramError):
        program_file.read(text)


@given(st.binary(max_size=300))
def test_no_text_does_harm(data: bytes):
    with contextlib.suppress(ProgramError):
        program_file.read(data.decode("utf-8", "replace"))


# The clock


def walk(program: Program, tick: float, reps_a_second: float = 0.0) -> list[tuple[str, int, float]]:
    """(phase, set, seconds) of each step as it was lived."""
    clock, lived, counted, spent = IntervalTimer(program), [], 0.0, 0.0
    for _ in range(200_000):
        if clock.step is None:
            break
        step, counted, spent = clock.step, counted + reps_a_second * tick, spent + tick
        if clock.advance(tick, int(counted) if step.phase == "work" else 0):
            over = clock.elapsed_s if clock.step else 0.0
            lived.append((step.phase, step.number, round(spent - over, 3)))
            counted, spent = 0.0, over
    return lived


@pytest.mark.parametrize("tick", [1 / 30, 0.13, 1.0, 7.0])
def test_the_clock_keeps_time_whatever_its_ticks(tick: float):
    lived = walk(tabata("squat"), tick)
    if tick < 1:  # a longer tick may pass over a whole rest
        assert [seconds for *_, seconds in lived][:-1] == pytest.approx([20, 10] * 7, abs=0.01)
    clock = IntervalTimer(tabata("squat"))
    while clock.step:
        clock.advance(tick, 0)
    assert clock.total_s == pytest.approx(230)


def test_the_clock_stands_still_when_no_time_passes():
    clock = IntervalTimer(tabata("squat"))
    clock.advance(5, 3)
    for _ in range(100):
        assert not clock.advance(0.0, 3)
    assert (clock.remaining_s, clock.total_s) == (15, 5)


def test_done_early_in_an_emom_rests_until_the_minute_is_over():
    lived = walk(Program("x", (Exercise("squat", 60, 10),), 2), 0.5, reps_a_second=0.5)
    assert lived[0] == ("work", 1, pytest.approx(20, abs=0.6))
    assert lived[1] == ("rest", 2, pytest.approx(40, abs=0.6))
    assert lived[2][:2] == ("work", 2)
    assert len(lived) == 3  # who is done early in the last minute is done


def test_an_emom_that_is_not_done_in_time_goes_on_with_the_next():
    program = Program("x", (Exercise("squat", 60, 10),), 2)
    assert walk(program, 0.5) == [("work", 1, 60), ("work", 2, 60)]


def test_an_amrap_goes_round_until_its_time_is_up():
    program = Program("x", (Exercise("squat", reps=5), Exercise("plank", reps=5)), None, limit=60)
    lived = walk(program, 0.1, reps_a_second=0.5)
    assert [number for _, number, _ in lived] == list(range(1, len(lived) + 1))
    assert len(lived) == 6
    assert sum(seconds for *_, seconds in lived) == pytest.approx(60, abs=0.5)


def test_free_training_goes_on():
    clock = IntervalTimer(free("squat"))
    assert not clock.advance(10_000, 500)
    assert clock.remaining_s is None


@given(programs.filter(lambda p: p.rounds is not None), st.integers(0, 2000))
def test_time_that_passes_is_spent(program: Program, seconds: int):
    clock = IntervalTimer(program)
    for _ in range(seconds):
        clock.advance(1.0, 0)
    assert clock.total_s <= min(seconds, program.limit) + 1e-6
    if clock.step:
        assert clock.total_s == pytest.approx(seconds)
        assert clock.remaining_s is None or clock.remaining_s >= 0


def test_a_clock_goes_on_where_it_was():
    clock = IntervalTimer(tabata("squat"))
    clock.advance(65, 0)
    again = IntervalTimer(tabata("squat"))
    again.seek(clock.step.number, clock.elapsed_s, clock.total_s)
    assert (again.step, again.remaining_s) == (clock.step, clock.remaining_s) == (clock.step, 15)
