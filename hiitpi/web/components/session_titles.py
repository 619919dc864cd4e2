"""Titles of sessions, and formats of times and counts."""

from hiitpi.coach.messages import SessionRecord
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.coach.session.program import free


def title(record: SessionRecord, library: WorkoutLibrary) -> str:
    """Return the title of a session: "Squats", or with a program, "Tabata · Squats"."""
    workouts = record.workouts or record.program.workouts
    names = ", ".join(library.label(slug) for slug in workouts)
    if record.program == free(workouts[0]):
        return names
    return f"{record.program.name} · {names}"


def format_clock(seconds: float) -> str:
    """Format seconds as minutes and seconds, such as "1:05"."""
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes}:{seconds:02d}"


def plural(number: int, singular: str, plural_form: str = "") -> str:
    """Return a number with its noun: "1 session", "2 sessions"."""
    return f"{number} {singular if number == 1 else plural_form or singular + 's'}"
