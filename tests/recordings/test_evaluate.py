"""Metrics of counts in labelled recordings."""

from pathlib import Path

import numpy as np
import pytest

from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.errors import CameraError
from hiitpi.recordings.evaluate import (
    LabelledRecording,
    Result,
    evaluate,
    read_index,
    report,
    summary,
)
from tests.support.stick_figure import CLOSED, OPEN, cycle, film


def recording(path: Path, times: int) -> None:
    """Write a recording of this number of jumping jacks, with the poses of two models."""
    frames = list(film(*cycle(OPEN, CLOSED, 1.0, times=times)))
    poses = [figure.pose() for _, figure in frames if figure]
    rows = np.stack([np.column_stack((p.xy, p.score)) for p in poses]).astype(np.float16)
    np.savez(path, t=[time for time, _ in frames], blazepose=rows, posenet=rows)


def row(reps: int, lowest: int, highest: int) -> LabelledRecording:
    """Return a recording with a true count and the range of fair counts."""
    return LabelledRecording("x.npz", "squat", reps, lowest, highest, True)


def test_metrics_follow_their_definitions():
    results = [
        Result(row(10, 10, 11), "a", 11),  # exact: a fair counter may say 11
        Result(row(10, 10, 11), "a", 12),  # off by one, error 1/10
        Result(row(4, 4, 4), "a", 1),  # error 3/4
        Result(row(0, 0, 0), "a", 2),  # a negative example with two false reps
        Result(row(0, 0, 0), "a", 0),
    ]
    figures = summary(results)
    mae = round((0 + 0.1 + 0.75) / 3, 4)
    expected = {"clips": 3, "exact": 0.3333, "obo": 0.6667, "mae": mae}
    assert figures["rows"] == [{"workout": "squat", "engine": "a", **expected}]
    assert figures["total"] == {"a": {**expected, "negatives": 2, "false_reps": 2, "form": []}}
    assert [miss["got"] for miss in figures["misses"]] == [12, 1, 2]
    assert "2 false reps on 2 negatives" in report(figures)


def test_recordings_are_counted_with_each_of_their_models(tmp_path: Path):
    recording(tmp_path / "five.npz", 5)
    index = tmp_path / "index.csv"
    index.write_text(
        "file,workout,reps,confidence\n"
        "five.npz,jumping_jacks,5,high\n"
        "five.npz,squat,0,high\n"
        "five.npz,jumping_jacks,99,low\n"
        "five.npz,juggling,5,high\n"
    )
    messages: list[str] = []
    results = evaluate(index, WorkoutLibrary(), [], None, messages.append)
    assert [(r.engine, r.label.workout, r.reps) for r in results] == [
        ("blazepose", "jumping_jacks", 5),
        ("posenet", "jumping_jacks", 5),
        ("blazepose", "squat", 0),
        ("posenet", "squat", 0),
    ]
    assert messages == ["Skipped five.npz: there is no workout 'juggling'."]
    assert summary(results)["misses"] == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no column 'file'"),
        ("file,workout\na,squat\n", "no column 'reps'"),
        ("file,workout,reps\na,squat,many\n", "line 2: reps must be whole numbers"),
        ("file,workout,reps\na,squat,1\nb,squat,\n", "line 3"),
    ],
)
def test_the_error_for_an_invalid_index_names_the_line(tmp_path: Path, text: str, message: str):
    path = tmp_path / "index.csv"
    path.write_text(text)
    with pytest.raises(CameraError, match=message):
        read_index(path)


def test_a_missing_index_is_an_error(tmp_path: Path):
    with pytest.raises(CameraError, match="cannot be read"):
        read_index(tmp_path / "nowhere.csv")
