"""Folds, perturbations and shifted thresholds, on recordings with known counts."""

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
    """Write two recordings and an index with two groups, and return its path."""
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
    """Return the result of a recording of a group: the true count, and the count of engine "a"."""
    return Result(LabelledRecording("x", "squat", reps, reps, reps, True, group), "a", got)


def test_folds_report_each_group_separately():
    report = folds([result("g1", 5, 5), result("g1", 5, 6), result("g2", 5, 1), result("g3", 0, 2)])
    assert report["a"]["groups"] == 2
    assert report["a"]["obo"] == 0.5
    assert report["a"]["worst"] == {"g2": 0.0, "g1": 1.0}
    assert report["a"]["groups_with_false_reps"] == ["g3"]
    assert "g2 0.00" in report_folds(report)


def test_every_perturbation_is_counted_with_every_engine(index: Path):
    results = perturb(clips(index, LIBRARY, []), LIBRARY, lambda line: None)
    figures = perturbed_figures(results)
    assert set(figures) == {"blazepose", "posenet"}
    assert figures["blazepose"]["as recorded"] == {
        "clips": 2, "exact": 1.0, "obo": 1.0, "mae": 0.0, "false_reps": 0,
    }  # fmt: skip
    # Squats cannot be judged without knees, jumping jacks can.
    assert [r.label.workout for r in results["cropped at the knees"]] == ["jumping_jacks"] * 4
    assert "OBO from" in report_perturbed(figures)


def test_sensitivity_covers_each_threshold(index: Path):
    thresholds = sensitivity(list(clips(index, LIBRARY, ["posenet"])), LIBRARY["jumping_jacks"])
    assert [threshold.state for threshold in thresholds] == ["closed", "closed", "open", "open"]
    assert all(threshold.obo[1] == 1.0 and threshold.held_out == 1.0 for threshold in thresholds)
    # These recordings are far from every threshold.
    assert not any(threshold.changed for threshold in thresholds)
    assert "edge" not in report_sensitivity(thresholds)


@pytest.mark.parametrize("option", ["--folds", "--perturb", "--sensitivity"])
def test_the_command_prints_a_table_or_json(
    index: Path, option: str, capsys: pytest.CaptureFixture[str]
):
    command = ["evaluate", str(index), option, "--workout", "jumping_jacks"]
    assert main(command) == 0
    assert "OBO" in capsys.readouterr().out
    assert main([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)


def test_sensitivity_needs_an_existing_workout(index: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["evaluate", str(index), "--sensitivity"]) == 1
    assert "Choose a workout" in capsys.readouterr().err
    assert main(["evaluate", str(index), "--perturb", "--workout", "juggling"]) == 1
    assert "No workout 'juggling'" in capsys.readouterr().err
