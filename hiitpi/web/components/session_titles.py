"""How sessions are called and measured on the pages."""

from hiitpi.coach.messages import SessionRecord
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.coach.session.program import free


def title(record: SessionRecord, library: WorkoutLibrary) -> str:
    """ "Squats", or with its program, "Tabata · Squats"."""
    workouts = record.workouts or record.program.workouts
    names = ", ".join(library.counted(slug) for slug in workouts)
    if record.program == free(workouts[0]):
        return names
    return f"{record.program.name} · {names}"


def clock(seconds: float) -> str:
    """ "1:05"."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def plural(number: int, one: str, several: str = "") -> str:
    """A number with its noun: "1 session", "2 sessions"."""
    return f"{number} {one if number == 1 else several or one + 's'}"
