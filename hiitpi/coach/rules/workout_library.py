"""Loads the workouts: each file of `workouts/`, and of the user's folder, and the taught ones."""

import importlib.util
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from hiitpi.coach.rules.any_workout import ANY, ANY_WORKOUT
from hiitpi.coach.rules.workout import Workout
from hiitpi.coach.rules.workout_text import read_workout
from hiitpi.errors import WorkoutError

SHIPPED_FOLDER = Path(__file__).resolve().parents[3] / "workouts"


class WorkoutLibrary:
    """All workouts by slug, sorted by name.

    Args:
        folders: further folders to load workouts from; None is ignored. A file replaces one of the
            same name in an earlier folder.

    Raises:
        WorkoutError: a folder is missing, or a file in it does not define a workout.
    """

    def __init__(self, *folders: Path | None) -> None:
        workouts: dict[str, Workout] = {}
        for folder in (SHIPPED_FOLDER, *filter(None, folders)):
            if not folder.is_dir():
                raise WorkoutError(f"There is no folder {folder} to load workouts from.")
            for path in sorted(folder.glob("*.py")):
                if not path.name.startswith("_"):
                    workouts[path.stem] = _load(path)
        self._files, self._workouts = workouts, _by_name(workouts)

    def set_taught(self, texts: Mapping[str, str]) -> list[str]:
        """Replace the workouts that the house has taught.

        Args:
            texts: workout files by slug.

        Returns:
            What is wrong with those that cannot be read, which are left out.
        """
        taught: dict[str, Workout] = {}
        troubles = []
        for slug, text in texts.items():
            try:
                taught[slug] = replace(read_workout(text), slug=slug)
            except WorkoutError as error:
                troubles.append(f"{slug}: {error}")
        # A workout of a folder is never replaced. Other threads see either all of the old workouts
        # or all of the new ones.
        self._workouts = _by_name({**taught, **self._files})
        return troubles

    def __iter__(self) -> Iterator[Workout]:
        return iter(self._workouts.values())

    def __len__(self) -> int:
        return len(self._workouts)

    def __contains__(self, slug: str) -> bool:
        return slug in self._workouts

    def __getitem__(self, slug: str) -> Workout:
        """Return a workout, or the placeholder for one that is not known yet.

        Raises:
            WorkoutError: there is no workout with this slug; the message lists all slugs.
        """
        if slug == ANY:
            return ANY_WORKOUT
        try:
            return self._workouts[slug]
        except KeyError:
            slugs = ", ".join(sorted(self._workouts))
            raise WorkoutError(f"No workout {slug!r}. There are: {slugs}.") from None

    def among(self, slugs: Iterable[str]) -> list[Workout]:
        """Return the workouts that may occur: all of them if one is not known yet."""
        slugs = list(slugs)
        return list(self) if ANY in slugs else [self[slug] for slug in slugs]

    def label(self, slug: str) -> str:
        """Return the display name, for a hold with its unit: "Plank · seconds"."""
        hold = slug in self._workouts and self._workouts[slug].hold
        return f"{self.name(slug)} · seconds" if hold else self.name(slug)

    def name(self, slug: str) -> str:
        """Return the display name; the slug itself if the workout does not exist any more."""
        return self[slug].name if slug in self._workouts or slug == ANY else slug


def _by_name(workouts: Mapping[str, Workout]) -> dict[str, Workout]:
    return dict(sorted(workouts.items(), key=lambda item: item[1].name))


def _load(path: Path) -> Workout:
    module = _execute(path)
    workout = getattr(module, "workout", None)
    if not isinstance(workout, Workout):
        raise WorkoutError(f"{path} does not define `workout = Workout(...)`.")
    return replace(workout, slug=path.stem)


def _execute(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"workouts.{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise WorkoutError(f"{path} cannot be used: {type(error).__name__}: {error}") from error
    return module
