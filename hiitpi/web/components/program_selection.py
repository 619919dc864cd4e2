"""The program that the fields of the picker describe, and the keys by which pages name programs."""

from dataclasses import replace
from typing import Any, get_args

from hiitpi.coach.rules.strictness import Strictness
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.coach.session.program import (
    SHIPPED_PROGRAMS,
    Exercise,
    Program,
    for_seconds,
    free,
    just_train,
    tabata,
    to_reps,
)
from hiitpi.errors import ProgramError
from hiitpi.web.services import Services


def selected_program(
    services: Services, mode: str, workout: Any, goal: Any, amount: Any, key: Any, strictness: Any
) -> Program:
    """Return the program that the values of the panel's fields describe.

    Args:
        services: the services of the app.
        mode: a key of `program_picker.MODES`.
        workout: slug of the workout, for the mode "workout".
        goal: one of `program_picker.GOALS`, for the mode "workout".
        amount: repetitions or seconds, for these goals.
        key: key of the program, for the mode "program".
        strictness: one of `Strictness`; anything else, such as the None of a page that was open
            during an update, is the standard.

    Raises:
        ProgramError: a value is missing or out of range; the message is shown to the player.
    """
    program = _selected_program(services, mode, workout, goal, amount, key)
    return replace(
        program, strictness=strictness if strictness in get_args(Strictness) else "standard"
    )


def _selected_program(
    services: Services, mode: str, workout: Any, goal: Any, amount: Any, key: Any
) -> Program:
    if mode == "program":
        return by_key(services, key)
    if mode == "any":
        return just_train()
    if workout not in services.library:
        raise ProgramError("Please choose a workout.")
    if goal in ("reps", "seconds"):
        if not isinstance(amount, int | float) or not 1 <= amount <= 1000:
            raise ProgramError("Please enter a number from 1 to 1000.")
        if goal == "reps":
            return to_reps(workout, int(amount))
        if amount < 5:
            raise ProgramError("A set must last at least 5 seconds.")
        return for_seconds(workout, float(amount))
    return tabata(workout) if goal == "tabata" else free(workout)


def by_key(services: Services, key: Any) -> Program:
    """Return the program with a key such as "shipped-0" or "house-3".

    Raises:
        ProgramError: there is no such program.
    """
    kind, number = parse_key(key)
    program = None
    if kind == "shipped" and 0 <= number < len(SHIPPED_PROGRAMS):
        program = SHIPPED_PROGRAMS[number]
    elif kind == "house":
        program = services.store.programs.get(number)
    if program is None:
        raise ProgramError("Please choose a program.")
    return program


def parse_key(key: Any) -> tuple[str, int]:
    """Split a key into the program's origin and its number; the number is -1 if it is invalid."""
    kind, _, number = str(key or "").partition("-")
    digits = number.isascii() and number.isdecimal() and len(number) < 10
    return kind, int(number) if digits else -1


def describe(program: Program, library: WorkoutLibrary) -> str:
    """Return a program as one line, such as "8 rounds · Squats 20 s, rest 10 s · 4 min"."""
    rounds = "as many rounds as possible" if program.rounds is None else f"{program.rounds} rounds"
    parts = [] if program.rounds == 1 else [rounds]
    listed = program.exercises[:3]
    exercises = ", ".join(describe_exercise(e, library) for e in listed)
    omitted = len(program.exercises) - len(listed)
    parts.append(f"{exercises} and {omitted} more" if omitted else exercises)
    seconds = program.seconds
    if seconds is not None:
        parts.append(f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:g} s")
    return " · ".join(parts)


def describe_exercise(exercise: Exercise, library: WorkoutLibrary) -> str:
    """Return an exercise in words, such as "Squats 20 s, rest 10 s"."""
    reps = f"{exercise.reps} " if exercise.reps else ""
    work = f" {exercise.work:g} s" if exercise.work else ""
    rest = f", rest {exercise.rest:g} s" if exercise.rest else ""
    until = " until slower" if exercise.until else ""
    return f"{reps}{library.name(exercise.workout)}{work}{until}{rest}"
