"""The workouts of this house: the files, and those that were taught on the page Workouts."""

from contextlib import suppress

from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.errors import RecordsError
from hiitpi.records.sessions import Store
from hiitpi.settings import Settings


def house_library(settings: Settings) -> WorkoutLibrary:
    """Return the workouts; without the taught ones if there is no database, or it is unavailable.

    Raises:
        WorkoutError: a folder is missing, or a file in it does not define a workout.
    """
    library = WorkoutLibrary(settings.workouts_dir)
    if settings.instance.is_dir():
        store = Store(settings.database, settings.zone)
        with suppress(RecordsError):
            store.taught_workouts.refresh(library.set_taught)
        store.close()
    return library
