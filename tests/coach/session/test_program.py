import contextlib
from dataclasses import replace
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
    strictness=st.sampled_from(["strict", "standard", "gentle"]),
)


def step_list(program: Program) -> list[tuple[str, str, int, int, float | None]]:
    """Return (phase, workout, set number, round, seconds) of each step."""
    return [(s.phase, s.exercise.workout, s.number, s.round, s.seconds) for s in steps(program)]


def test_a_tabata_is_eight_times_twenty_and_ten_without_a_last_rest():
    phases = [(phase, seconds) for phase, *_, seconds in step_list(tabata("squat"))]
    assert phases == [("work", 20.0), ("rest", 10.0)] * 7 + [("work", 20.0)]
    assert tabata("squat").seconds == 230
    assert [s for s in step_list(tabata("squat", "plank")) if s[0] == "work"][-1][:4] == (
        ("work", "plank", 8, 4)
    )


def test_rest_between_rounds_replaces_the_last_exercises_own():
    program = Program(
        "x", (Exercise("squat", 40, rest=20), Exercise("plank", 40, rest=5)), 2, round_rest=60
    )
    assert [s[4] for s in step_list(program)] == [40, 20, 40, 60, 40, 20, 40]
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
        (SHIPPED_PROGRAMS[3], True, True, 600),  # EMOM: finishes early in each minute
        (SHIPPED_PROGRAMS[4], True, False, 600),  # AMRAP: there is always another round
    ],
)
def test_timed_raced_and_seconds(program: Program, timed: bool, raced: bool, seconds: float | None):
    assert (program.timed, program.raced, program.seconds) == (timed, raced, seconds)


SQUAT = {"workout": "squat", "work": 20}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "Name: Field required"),
        ("text", "not a program"),
        ({"name": "x", "exercises": []}, "Exercises"),
        ({"name": "x", "exercises": [SQUAT, {**SQUAT, "work": 1}]}, "Exercise 2, work"),
        ({"name": "x", "exercises": [{**SQUAT, "rest": -1}]}, "Exercise 1, rest"),
        ({"name": "x", "exercises": [{**SQUAT, "work": float("nan")}]}, "Exercise 1, work"),
        ({"name": "x", "exercises": [{**SQUAT, "load": 10}]}, "Exercise 1, load"),
        ({"name": "x", "exercises": [{"workout": "../x"}]}, "Exercise 1, workout"),
        ({"name": "x", "exercises": [{"workout": "squat"}, SQUAT]}, "Squat needs seconds"),
        ({"name": "x", "exercises": [SQUAT], "rounds": None}, "needs a time limit"),
        ({"name": "x", "exercises": [SQUAT] * 31}, "at most 30"),
        ({"name": "x" * 61, "exercises": [SQUAT]}, "Name"),
        ({"name": "x", "exercises": [{**SQUAT, "work": 3600}], "rounds": 99}, "more than 4 hours"),
    ],
)
def test_an_error_message_says_what_is_wrong(data: Any, message: str):
    with pytest.raises(ProgramError, match=message) as caught:
        parse(data)
    assert "\n" not in str(caught.value)


@given(programs)
def test_a_file_round_trip_keeps_the_program(program: Program):
    assert program_file.read(program_file.write(program)) == program


def test_data_mentions_only_an_unusual_strictness():
    """Stations of an earlier version read standard programs, and equal ones have equal data."""
    assert "strictness" not in free("squat").data()
    gentle = replace(free("squat"), strictness="gentle")
    assert gentle.data()["strictness"] == "gentle"
    assert parse(gentle.data()) == gentle


def test_a_file_is_small_and_readable():
    assert program_file.write(SHIPPED_PROGRAMS[3]) == (
        'name = "EMOM 10"\n'
        'exercises = [\n    { workout = "burpee", work = 60, reps = 8 },\n]\nrounds = 10\n'
    )


@pytest.mark.parametrize(
    "text", ["", "name = ", "name = 1", "\x00", "[[exercises]]" * 3, "[" * 10_000, "x" * 20_001]
)
def test_an_invalid_file_is_refused(text: str):
    with pytest.raises(ProgramError):
        program_file.read(text)


@given(st.binary(max_size=300))
def test_random_text_raises_only_program_errors(data: bytes):
    with contextlib.suppress(ProgramError):
        program_file.read(data.decode("utf-8", "replace"))


# The interval timer


def walk(program: Program, tick: float, reps_a_second: float = 0.0) -> list[tuple[str, int, float]]:
    """Run a program, and return (phase, set number, seconds) of each step that was taken."""
    timer, steps_taken, reps, spent = IntervalTimer(program), [], 0.0, 0.0
    for _ in range(200_000):
        if timer.step is None:
            break
        step, reps, spent = timer.step, reps + reps_a_second * tick, spent + tick
        if timer.advance(tick, int(reps) if step.phase == "work" else 0):
            overrun = timer.elapsed_s if timer.step else 0.0
            steps_taken.append((step.phase, step.number, round(spent - overrun, 3)))
            reps, spent = 0.0, overrun
    return steps_taken


@pytest.mark.parametrize("tick", [1 / 30, 0.13, 1.0, 7.0])
def test_the_timer_is_exact_at_any_tick(tick: float):
    steps_taken = walk(tabata("squat"), tick)
    if tick < 1:  # a longer tick may pass over a whole rest
        assert [seconds for *_, seconds in steps_taken][:-1] == pytest.approx(
            [20, 10] * 7, abs=0.01
        )
    timer = IntervalTimer(tabata("squat"))
    while timer.step:
        timer.advance(tick, 0)
    assert timer.total_s == pytest.approx(230)


def test_the_timer_stands_still_when_no_time_passes():
    timer = IntervalTimer(tabata("squat"))
    timer.advance(5, 3)
    for _ in range(100):
        assert not timer.advance(0.0, 3)
    assert (timer.remaining_s, timer.total_s) == (15, 5)


def test_finishing_early_in_an_emom_rests_until_the_minute_is_over():
    steps_taken = walk(Program("x", (Exercise("squat", 60, 10),), 2), 0.5, reps_a_second=0.5)
    assert steps_taken[0] == ("work", 1, pytest.approx(20, abs=0.6))
    assert steps_taken[1] == ("rest", 2, pytest.approx(40, abs=0.6))
    assert steps_taken[2][:2] == ("work", 2)
    assert len(steps_taken) == 3  # no rest after the last set


def test_an_emom_set_that_takes_too_long_is_followed_by_the_next():
    program = Program("x", (Exercise("squat", 60, 10),), 2)
    assert walk(program, 0.5) == [("work", 1, 60), ("work", 2, 60)]


def test_an_amrap_repeats_rounds_until_the_time_limit():
    program = Program("x", (Exercise("squat", reps=5), Exercise("plank", reps=5)), None, limit=60)
    steps_taken = walk(program, 0.1, reps_a_second=0.5)
    assert [number for _, number, _ in steps_taken] == list(range(1, len(steps_taken) + 1))
    assert len(steps_taken) == 6
    assert sum(seconds for *_, seconds in steps_taken) == pytest.approx(60, abs=0.5)


def test_free_training_does_not_end():
    timer = IntervalTimer(free("squat"))
    assert not timer.advance(10_000, 500)
    assert timer.remaining_s is None


@given(programs.filter(lambda p: p.rounds is not None), st.integers(0, 2000))
def test_the_timer_adds_up_all_time(program: Program, seconds: int):
    timer = IntervalTimer(program)
    for _ in range(seconds):
        timer.advance(1.0, 0)
    assert timer.total_s <= min(seconds, program.limit) + 1e-6
    if timer.step:
        assert timer.total_s == pytest.approx(seconds)
        assert timer.remaining_s is None or timer.remaining_s >= 0


def test_a_timer_resumes_where_it_was():
    timer = IntervalTimer(tabata("squat"))
    timer.advance(65, 0)
    resumed = IntervalTimer(tabata("squat"))
    resumed.seek(timer.step.number, timer.elapsed_s, timer.total_s)
    assert (
        (resumed.step, resumed.remaining_s) == (timer.step, timer.remaining_s) == (timer.step, 15)
    )
