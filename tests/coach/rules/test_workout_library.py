"""The library of workouts: shipped files, files of users and their errors."""

from pathlib import Path

import pytest

from hiitpi.coach.coach import Coach
from hiitpi.coach.rules.workout_library import SHIPPED_FOLDER, WorkoutLibrary
from hiitpi.errors import WorkoutError
from tests.support.stick_figure import CLOSED, OPEN, cycle, film


def test_shipped_workouts_have_their_file_name_as_slug():
    assert {"jumping_jacks", "squat"} <= {workout.slug for workout in WorkoutLibrary()}
    assert all(workout.name for workout in WorkoutLibrary())


def test_workouts_are_sorted_by_name():
    names = [workout.name for workout in WorkoutLibrary()]
    assert names == sorted(names)
    assert len(WorkoutLibrary()) == len(names) == len(list(SHIPPED_FOLDER.glob("[!_]*.py")))


def test_names_and_labels():
    library, slugs = WorkoutLibrary(), ("squat", "plank", "swim")
    assert [slug in library for slug in slugs] == [True, True, False]
    assert [library.name(slug) for slug in slugs] == ["Squats", "Plank", "swim"]
    assert [library.label(slug) for slug in slugs] == ["Squats", "Plank · seconds", "swim"]


def test_the_error_for_an_unknown_workout_lists_all_slugs():
    with pytest.raises(WorkoutError, match=r"No workout 'swim'.*jumping_jacks.*squat"):
        WorkoutLibrary()["swim"]


def test_a_file_in_the_users_folder_is_loaded(tmp_path: Path):
    (tmp_path / "my_jacks.py").write_text(
        (SHIPPED_FOLDER / "jumping_jacks.py").read_text().replace("Jumping Jacks", "My Jacks")
    )
    workout = WorkoutLibrary(tmp_path)["my_jacks"]
    coach = Coach(workout, 0.0)
    for time, figure in film(*cycle(OPEN, CLOSED, 1.0, times=2)):
        coach.update(figure.pose(), time)
    assert (workout.name, coach.reps) == ("My Jacks", 2)


def test_a_users_file_replaces_a_shipped_one_and_helpers_are_ignored(tmp_path: Path):
    text = (SHIPPED_FOLDER / "squat.py").read_text()
    (tmp_path / "squat.py").write_text(text.replace('name="Squats"', 'name="Deep Squats"'))
    (tmp_path / "_helpers.py").write_text("raise SystemExit")
    library = WorkoutLibrary(tmp_path)
    assert len(library) == len(WorkoutLibrary())
    assert (library["squat"].name, library["squat"].slug) == ("Deep Squats", "squat")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("workout = 3", "does not define"),
        ("import nowhere_at_all", "ModuleNotFoundError"),
        ("def", "SyntaxError"),
        ("import sys; sys.exit(3)", "SystemExit"),
        (
            "from hiitpi.coach import *\nm = lean(says=('', ''))\n"
            "workout = Workout('X', 'any', (), m, {})",
            "has no states",
        ),
    ],
)
def test_the_error_for_an_invalid_file_has_the_reason(tmp_path: Path, text: str, reason: str):
    (tmp_path / "broken.py").write_text(text)
    with pytest.raises(WorkoutError, match=reason):
        WorkoutLibrary(tmp_path)


def test_a_missing_folder_is_an_error(tmp_path: Path):
    with pytest.raises(WorkoutError, match="There is no folder"):
        WorkoutLibrary(tmp_path / "nowhere")


def test_taught_workouts_are_read_as_data_and_replaced_at_once():
    library = WorkoutLibrary()
    rules = (SHIPPED_FOLDER / "squat.py").read_text().replace('"Squats"', '"Goblet Squats"')
    troubles = library.set_taught({"taught_a": rules, "taught_b": "import os", "squat": rules})
    assert [trouble.partition(":")[0] for trouble in troubles] == ["taught_b"]
    assert library["taught_a"].slug == "taught_a"
    assert library.name("taught_a") == "Goblet Squats"
    assert library.name("squat") == "Squats"  # shipped ones are never replaced
    assert library.set_taught({}) == []
    assert "taught_a" not in library
