"""Titles of sessions, and formats of times and counts."""

from dataclasses import replace

from hiitpi.coach.messages import SessionRecord
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.coach.session.program import free


def title(record: SessionRecord, library: WorkoutLibrary) -> str:
    """Return the title of a session: "Squats", "Tabata · Squats" or "Squats · gentle"."""
    workouts = record.workouts or record.program.workouts
    parts = [", ".join(library.label(slug) for slug in workouts)]
    if replace(record.program, strictness="standard") != free(workouts[0]):
        parts.insert(0, record.program.name)
    if record.program.strictness != "standard":
        parts.append(record.program.strictness)
    return " · ".join(parts)


def format_clock(seconds: float) -> str:
    """Format seconds as minutes and seconds, such as "1:05"."""
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes}:{seconds:02d}"


def plural(number: int, singular: str, plural_form: str = "") -> str:
    """Return a number with its noun: "1 session", "2 sessions"."""
    return f"{number} {singular if number == 1 else plural_form or singular + 's'}"
