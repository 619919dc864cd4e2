"""Programs: steps, limits, files and error messages."""

import contextlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.coach.session import program_file
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
    until=st.none() | st.just("slower"),
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


@pytest.mark.parametrize(
    ("program", "seconds"),
    [
        (SHIPPED_PROGRAMS[0], [20, 10] * 7 + [20]),
        (SHIPPED_PROGRAMS[1], [20, 10] * 7 + [20]),
        (SHIPPED_PROGRAMS[2], ([40, 20] * 4 + [40, 60]) * 2 + [40, 20] * 4 + [40]),
        (SHIPPED_PROGRAMS[3], [60] * 10),
    ],
    ids=lambda value: getattr(value, "name", None) or "",
)
def test_the_shipped_programs_last_as_long_as_their_names_say(
    program: Program, seconds: list[float]
):
    assert [step[4] for step in step_list(program)] == seconds


def test_a_rest_belongs_to_the_next_set():
    program = Program("x", (Exercise("squat", 30, rest=5), Exercise("plank", 20)), 2, round_rest=9)
    assert step_list(program) == [
        ("work", "squat", 1, 1, 30),
        ("rest", "plank", 2, 1, 5),
        ("work", "plank", 2, 1, 20),
        ("rest", "squat", 3, 2, 9),
        ("work", "squat", 3, 2, 30),
        ("rest", "plank", 4, 2, 5),
        ("work", "plank", 4, 2, 20),
    ]


def test_names_and_workouts():
    assert (free("squat").name, free("squat").workouts) == ("Free training", ("squat",))
    assert (to_reps("squat", 20).name, for_seconds("squat", 60).name) == ("20 reps", "60 seconds")
    assert tabata("squat", "plank", "squat").workouts == ("squat", "plank")


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


# Limits


@pytest.mark.parametrize(
    ("field", "lowest", "highest"), [("work", 5, 3600), ("rest", 0, 900), ("reps", 1, 1000)]
)
def test_limits_of_an_exercise(field: str, lowest: float, highest: float):
    for value in (lowest, highest):
        (exercise,) = parse({"name": "x", "exercises": [{**SQUAT, field: value}]}).exercises
        assert getattr(exercise, field) == value
    for value in (lowest - 1, highest + 1):
        with pytest.raises(ProgramError, match=f"Exercise 1, {field}: "):
            parse({"name": "x", "exercises": [{**SQUAT, field: value}]})


@pytest.mark.parametrize(
    ("field", "lowest", "highest", "message"),
    [
        ("rounds", 1, 99, "Rounds"),
        ("round_rest", 0, 900, "Round rest"),
        ("limit", 10, 4 * 3600, "Limit"),
    ],
)
def test_limits_of_a_program(field: str, lowest: float, highest: float, message: str):
    for value in (lowest, highest):
        assert getattr(parse({"name": "x", "exercises": [SQUAT], field: value}), field) == value
    for value in (lowest - 1, highest + 1):
        with pytest.raises(ProgramError, match=f"^{message}: "):
            parse({"name": "x", "exercises": [SQUAT], field: value})


def test_names_and_slugs_have_1_to_60_characters():
    assert len(parse({"name": "x" * 60, "exercises": [{**SQUAT, "workout": "y" * 60}]}).name) == 60
    for name, slug in (("", "y"), ("x" * 61, "y"), ("x", ""), ("x", "y" * 61)):
        with pytest.raises(ProgramError):
            parse({"name": name, "exercises": [{**SQUAT, "workout": slug}]})


def test_a_program_takes_at_most_four_hours():
    hour = {"workout": "squat", "work": 3600}
    assert parse({"name": "x", "exercises": [hour] * 4}).seconds == 4 * 3600
    with pytest.raises(ProgramError, match=r"^The program takes more than 4 hours"):
        parse({"name": "x", "exercises": [*[hour] * 4, SQUAT]})
    assert parse({"name": "x", "exercises": [hour] * 5, "limit": 600}).seconds == 600


def test_rounds_are_unlimited_with_a_time_limit_unless_given():
    assert parse({"name": "x", "exercises": [SQUAT]}).rounds == 1
    assert parse({"name": "x", "exercises": [SQUAT], "limit": 60}).rounds is None
    assert parse({"name": "x", "exercises": [SQUAT], "limit": 60, "rounds": 3}).rounds == 3


def test_an_exercise_without_an_end_is_the_only_set():
    endless = {"workout": "squat"}
    assert parse({"name": "x", "exercises": [endless]}).seconds is None
    with pytest.raises(ProgramError, match=r"^Squat needs seconds of work, repetitions or until"):
        parse({"name": "x", "exercises": [endless], "rounds": 2})


def test_a_file_has_at_most_20000_characters():
    text = program_file.write(free("squat"))
    assert program_file.read(text.ljust(20_000)) == free("squat")
    with pytest.raises(ProgramError, match="too long for a program: 20001 characters"):
        program_file.read(text.ljust(20_001))


def test_a_file_keeps_fractions_of_a_second():
    program = Program("x", (Exercise("squat", 20.5, rest=10.0),), 2)
    assert "work = 20.5, rest = 10 " in program_file.write(program)
