"""The moving pictures of the workouts, which are kept in `assets/workouts/`.

If they have to change, `python -m tests.camera.synthetic.test_figure_svg` writes them.
"""

import xml.etree.ElementTree as ET

import pytest

from hiitpi.camera.synthetic.figure_svg import figures
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.settings import ROOT

FOLDER = ROOT / "assets" / "workouts"
STILL = FOLDER / "still"
PICTURES = figures({workout.slug: workout.view for workout in WorkoutLibrary()})

#: So that the picker of all workouts stays light.
MAX_BYTES = 10_000


def test_each_workout_has_its_picture():
    for folder in (FOLDER, STILL):
        assert {path.stem for path in folder.glob("*.svg")} == {w.slug for w in WorkoutLibrary()}


@pytest.mark.parametrize("slug", PICTURES)
def test_the_picture_in_the_folder_is_what_the_athlete_does(slug: str):
    text, without = ((folder / f"{slug}.svg").read_text() for folder in (FOLDER, STILL))
    assert (text, without) == PICTURES[slug]
    assert len(text) <= MAX_BYTES
    assert "animate" not in without
    root = ET.fromstring(text)
    still, moving = root.findall("{http://www.w3.org/2000/svg}g")
    assert not still.findall(".//{*}animate")
    assert moving.findall(".//{*}animate")


if __name__ == "__main__":
    STILL.mkdir(exist_ok=True)
    for name, (with_moves, still_picture) in PICTURES.items():
        (FOLDER / f"{name}.svg").write_text(with_moves)
        (STILL / f"{name}.svg").write_text(still_picture)
