"""Folds, perturbations and moved thresholds, on recordings whose counts are known."""

import json
from pathlib import Path

import pytest

from hiitpi.cli import main
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.recordings.evaluate import LabelledRecording, Result
from hiitpi.recordings.robustness import (
    clips,
    folds,
    perturb,
    perturbed_figures,
    report_folds,
    report_perturbed,
    report_sensitivity,
    sensitivity,
)
from tests.recordings.test_evaluate import recording

LIBRARY = WorkoutLibrary()


@pytest.fixture
def index(tmp_path: Path) -> Path:
    for times in (3, 5):
        recording(tmp_path / f"{times}.npz", times)
    path = tmp_path / "index.csv"
    path.write_text(
        "file,workout,reps,group\n"
        "3.npz,jumping_jacks,3,ada\n"
        "5.npz,jumping_jacks,5,bob\n"
        "5.npz,squat,0,bob\n"
    )
    return path


def result(group: str, reps: int, got: int) -> Result:
    return Result(LabelledRecording("x", "squat", reps, reps, reps, True, group), "a", got)


def test_folds_show_each_group_by_itself():
    told = folds([result("g1", 5, 5), result("g1", 5, 6), result("g2", 5, 1), result("g3", 0, 2)])
    assert told["a"]["groups"] == 2
    assert told["a"]["obo"] == 0.5
    assert told["a"]["worst"] == {"g2": 0.0, "g1": 1.0}
    assert told["a"]["groups_with_false_reps"] == ["g3"]
    assert "g2 0.00" in report_folds(told)


def test_every_change_is_counted_with_every_engine(index: Path):
    told = perturb(clips(index, LIBRARY, []), LIBRARY, lambda line: None)
    figures = perturbed_figures(told)
    assert set(figures) == {"blazepose", "posenet"}
    assert figures["blazepose"]["as recorded"] == {
        "clips": 2, "exact": 1.0, "obo": 1.0, "mae": 0.0, "false_reps": 0,
    }  # fmt: skip
    # Squats cannot be judged without knees, jumping jacks can.
    assert [r.label.workout for r in told["cropped at the knees"]] == ["jumping_jacks"] * 4
    assert "OBO from" in report_perturbed(figures)


def test_a_threshold_at_the_edge_is_found(index: Path):
    told = sensitivity(list(clips(index, LIBRARY, ["posenet"])), LIBRARY["jumping_jacks"])
    assert [one.state for one in told] == ["closed", "closed", "open", "open"]
    assert all(one.obo[1] == 1.0 and one.held_out == 1.0 for one in told)
    assert not any(one.changed for one in told)  # these are clear cases
    assert "edge" not in report_sensitivity(told)


@pytest.mark.parametrize("option", ["--folds", "--perturb", "--sensitivity"])
def test_the_command_prints_a_table_or_json(
    index: Path, option: str, capsys: pytest.CaptureFixture[str]
):
    command = ["evaluate", str(index), option, "--workout", "jumping_jacks"]
    assert main(command) == 0
    assert "OBO" in capsys.readouterr().out
    assert main([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)


def test_thresholds_of_which_workout(index: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["evaluate", str(index), "--sensitivity"]) == 1
    assert "Choose a workout" in capsys.readouterr().err
    assert main(["evaluate", str(index), "--perturb", "--workout", "juggling"]) == 1
    assert "No workout 'juggling'" in capsys.readouterr().err
