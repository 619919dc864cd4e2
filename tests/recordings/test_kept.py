"""Recordings of the house: kept from a replay, listed, evaluated, exported and deleted."""

from dataclasses import replace
from pathlib import Path

import pytest

from hiitpi.cli import main
from hiitpi.coach.coach import Coach
from hiitpi.coach.messages import SessionRecord, SetRecord
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.errors import CameraError, RecordsError
from hiitpi.pipeline.motion_recorder import MotionRecorder
from hiitpi.recordings.kept import KeptRecordings
from hiitpi.records.replays import Replay, ReplayFolder, read_replay
from hiitpi.records.sessions import Store
from tests.support.ideal_athlete import performance
from tests.support.session_factory import record

LIBRARY = WorkoutLibrary()


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an instance folder with a session of two sets, of which one was corrected."""
    monkeypatch.setenv("HIITPI_INSTANCE", str(tmp_path))
    recorder, coach = MotionRecorder((640, 480)), Coach(LIBRARY["jumping_jacks"], 0.0)
    for time, pose, _ in performance("jumping_jacks", 20):
        result = coach.update(pose, time)
        recorder.add(result.sample, result.events, time, (640, 480))
    count = coach.reps
    sets = (
        SetRecord(1, "jumping_jacks", 1, 0.0, 20.0, count - 3, 0, corrected=count),
        SetRecord(2, "squat", 1, 30.0, 10.0, 5, 0),
    )
    session = record(sets=sets, series=(), model="movenet")
    store = Store(f"sqlite:///{tmp_path / 'hiitpi.sqlite'}")
    store.save(session)
    store.close()
    ReplayFolder(tmp_path, 30, lambda: 0.0).write(session.uuid, recorder.replay(session, LIBRARY))
    (tmp_path / "session").write_text(session.uuid)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command, and return what it prints."""
    assert main(list(arguments)) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def test_the_way_from_a_correction_to_an_evaluation(
    instance: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    uuid = (instance / "session").read_text()
    name = f"jumping_jacks__{uuid[:8]}-1.npz"
    for _ in range(2):  # the second time it is replaced
        assert run(capsys, "recordings", "keep", uuid) == f"{name}\n"
    (row,) = KeptRecordings(instance).all()
    assert (row.reps, row.counted, row.model) == (row.counted + 3, row.reps - 3, "movenet")
    assert "Ada" not in (instance / "recordings/index.csv").read_text()
    assert name in run(capsys, "recordings", "list")
    index = instance / "recordings/index.csv"
    assert "1    1.00" in " ".join(run(capsys, "evaluate", str(index)).split()).replace(" ", "    ")
    away = tmp_path / "away"
    assert f"evaluate {away}/index.csv" in run(capsys, "recordings", "export", str(away))
    assert sorted(p.name for p in away.iterdir()) == sorted(["index.csv", name])
    assert run(capsys, "recordings", "delete", name) == "Deleted: 1.\n"
    assert KeptRecordings(instance).all() == []
    assert not (instance / "recordings" / name).exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("keep", "nowhere"), "There is no session nowhere"),
        (("keep",), "needs one argument: a session"),
        (("export", "a", "b"), "needs one argument: a new folder"),
        (("export", "x"), "There are no recordings"),
        (("delete", "x.npz"), "There is no recording x.npz"),
    ],
)
def test_a_mistake_is_explained(
    instance: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
):
    assert main(["recordings", *arguments]) == 1
    assert words in capsys.readouterr().err


def test_only_corrected_sets_are_kept(instance: Path):
    session = replace(record(), sets=(SetRecord(1, "squat", 1, 0.0, 10.0, 5, 0),))
    replay = MotionRecorder((640, 480)).replay(session, LIBRARY)
    with pytest.raises(RecordsError, match="Nothing of this session was corrected"):
        KeptRecordings(instance).keep(session, replay)


def test_a_damaged_index_is_explained(instance: Path):
    (instance / "recordings").mkdir()
    (instance / "recordings/index.csv").write_text("file,reps\nx.npz,many\n")
    with pytest.raises(CameraError, match="cannot be read"):
        KeptRecordings(instance).all()


def test_a_set_is_kept_once_whatever_it_is_called(instance: Path):
    session, replay = kept_session(instance)
    kept = KeptRecordings(instance)
    (first,) = kept.keep(session, replay)
    renamed = replace(session.sets[0], workout="skater", recognised="jumping_jacks", corrected=None)
    (second,) = kept.keep(replace(session, sets=(renamed, *session.sets[1:])), replay)
    assert (first.split("__")[0], second.split("__")[0]) == ("jumping_jacks", "skater")
    assert [row.file for row in kept.all()] == [second]
    assert not (kept.folder / first).exists()


def test_a_set_with_a_gap_is_not_kept(instance: Path):
    session, replay = kept_session(instance)
    late = replace(session.sets[0], seconds=40.0)
    with pytest.raises(RecordsError, match="movements of set 1 are not complete"):
        KeptRecordings(instance).keep(replace(session, sets=(late,)), replay)


def kept_session(instance: Path) -> tuple[SessionRecord, Replay]:
    """Return the session of the instance folder, and its replay."""
    uuid = (instance / "session").read_text()
    store = Store(f"sqlite:///{instance / 'hiitpi.sqlite'}")
    session = store.session(uuid)
    store.close()
    path = ReplayFolder(instance, 30, lambda: 0.0).path(uuid)
    assert session
    assert path
    return session, read_replay(path)
