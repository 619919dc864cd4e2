"""Teaching by a recording, and by what the page sends."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.coach.rules.workout_text import read_workout
from hiitpi.errors import WorkoutError
from hiitpi.recordings.robustness import clips
from hiitpi.recordings.teach import report_teaching, teach, teaching_figures
from hiitpi.recordings.teach_command import answer
from hiitpi.settings import ROOT
from tests.conftest import MIRROR
from tests.support.ideal_athlete import LIBRARY, performance

PEOPLE = MIRROR.parent / "people" / "index.csv"

FRAMES = [
    (round(time, 3), np.column_stack([pose.xy, pose.score]).round(2).tolist())
    for time, pose, _ in performance("squat", 14.4)
]
REQUEST = {"frames": FRAMES, "name": "Mine", "view": "front", "reps": 5}


def test_the_page_gets_rules_words_and_the_signal():
    data = answer(json.dumps(REQUEST), LIBRARY)
    assert (data["reps"], data["attempts"], data["hold"]) == (5, 0, False)
    assert read_workout(data["text"]).name == "Mine"
    assert data["says"][-1] == "Included as “Squats”, which counts 5 repetitions here."
    again = answer(json.dumps({"frames": FRAMES[:120], "draft": data["draft"]}), LIBRARY)
    assert again["reps"] == 1


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"reps": 1}, "reps"),
        ({"view": "above"}, "view"),
        ({"frames": [[0, [[0, 0, 0]]]]}, "frames.0.1"),
        ({"frames": [[0, [[0, 0, 7]] * 17]]}, "frames.0.1"),
        ({"frames": [[0, None]] * 5000}, "frames"),
        ({"draft": {"name": ""}}, "draft.name"),
    ],
)
def test_a_request_that_is_wrong_says_where(changes: dict[str, object], place: str):
    with pytest.raises(WorkoutError, match=f"This cannot be used: {place}"):
        answer(json.dumps({**REQUEST, **changes}), LIBRARY)


@pytest.mark.slow
def test_a_recording_is_taught_on_the_command_line(tmp_path: Path):
    path = tmp_path / "me.npz"
    joints = np.array([rows for _, rows in FRAMES], np.float16)
    np.savez(path, t=[time for time, _ in FRAMES], size=[640, 480], movenet=joints)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "hiitpi", "teach", str(path), "--model", "movenet"]
        return subprocess.run(
            [*command, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )

    taught = run("--name", "Mine", "--view", "front")
    assert taught.returncode == 0, taught.stderr
    assert read_workout(taught.stdout).name == "Mine"
    assert "repeated 9 times" in run("--reps", "9").stderr
    assert "--reps must be from 2 to 20" in run("--reps", "1").stderr


@pytest.mark.slow
@pytest.mark.skipif(not PEOPLE.is_file(), reason="needs the recordings of people")
def test_high_knees_of_one_person_teach_to_count_those_of_others():
    library = WorkoutLibrary()
    figures = teaching_figures(teach(clips(PEOPLE, library, ["blazepose"], "high_knees"), library))
    row = figures["blazepose"]["high_knees"]
    assert (row["teachers"], row["understood"]) == (4, 3)
    assert row["taught"] >= row["shipped"] - 0.1
    assert row["false"] <= 0.25 * row["negatives"]
    assert "high_knees" in report_teaching(figures)
