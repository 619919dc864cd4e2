"""Which workout is recognised in recordings."""

import json
from pathlib import Path

import pytest

from hiitpi.cli import main
from hiitpi.recordings.recognise import Recognition, recognition_figures, report_recognition
from tests.recordings.test_evaluate import recording

RESULTS = [
    Recognition("1", "blazepose", "squat", "squat", 5.0),
    Recognition("2", "blazepose", "squat", "lunge", 5.0),
    Recognition("3", "blazepose", "", "", 0.0),
    Recognition("4", "blazepose", "", "toe_tap", 9.0),
    Recognition("1", "movenet", "squat", "squat", 5.0),
]


def test_the_figures_are_those_of_each_engine():
    figures = recognition_figures(RESULTS)
    row = figures["blazepose"]
    assert (row["sets"], row["right"], row["negatives"], row["false"]) == (2, 0.5, 2, 1)
    assert {"workout": "squat", "got": "lunge", "count": 1} in row["confusion"]
    assert {"workout": "-", "got": "-", "count": 1} in row["confusion"]
    assert (figures["movenet"]["right"], figures["movenet"]["negatives"]) == (1.0, 0)
    text = report_recognition(figures)
    assert "blazepose: 50.0% of 2 sets right" in text
    assert "lunge 1, squat 1" in text


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    recording(tmp_path / "1.npz", 1)
    recording(tmp_path / "5.npz", 5)
    (tmp_path / "index.csv").write_text(
        "file,workout,reps\n1.npz,jumping_jacks,1\n5.npz,jumping_jacks,5\n5.npz,squat,0\n"
    )
    assert main(["evaluate", str(tmp_path / "index.csv"), "--recognise", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures
    for row in figures.values():  # of one repetition nothing can be said
        assert row["confusion"] == [
            {"workout": "jumping_jacks", "got": "jumping_jacks", "count": 1}
        ]
        assert row["right"] == 1
