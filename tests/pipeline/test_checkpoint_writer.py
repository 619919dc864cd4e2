import threading
import time
from pathlib import Path

from hiitpi.coach.codec import decode_record
from hiitpi.coach.messages import SessionRecord
from hiitpi.errors import RecordsError
from hiitpi.pipeline.checkpoint_writer import CheckpointWriter
from tests.records.test_sessions import with_reps
from tests.support.session_factory import record
from tests.support.waiting import until


class Book:
    """A database that can be shut."""

    def __init__(self) -> None:
        self.shut = False
        self.saved: list[SessionRecord] = []

    def save(self, record: SessionRecord) -> None:
        if self.shut:
            raise RecordsError("The database is locked.")
        self.saved.append(record)


def test_only_the_newest_state_is_written(tmp_path: Path):
    book = Book()
    recorder = CheckpointWriter(book.save, tmp_path)
    one = record()
    for reps in range(50):
        recorder.enqueue(with_reps(one, reps))
    assert recorder.flush(5)
    recorder.close()
    assert book.saved[-1].reps == 49
    assert len(book.saved) < 10


def test_what_cannot_be_written_is_kept_and_written_by_the_next(tmp_path: Path):
    book = Book()
    book.shut = True
    recorder = CheckpointWriter(book.save, tmp_path / "unsaved")
    one = record()
    recorder.enqueue(one)
    assert not recorder.flush(0.2)
    kept = tmp_path / "unsaved" / f"{one.uuid}.json"
    until(kept.exists)
    assert decode_record(kept.read_bytes()) == one  # before anything else can happen
    recorder.close()
    assert list((tmp_path / "unsaved").iterdir()) == [kept]
    book.shut = False
    recorder = CheckpointWriter(book.save, tmp_path / "unsaved")
    assert recorder.flush(5)
    recorder.close()
    assert book.saved == [one]
    assert list((tmp_path / "unsaved").iterdir()) == []


def test_a_strange_file_in_the_shelter_is_left_alone(tmp_path: Path, caplog):
    (tmp_path / "x.json").write_text("{}")
    CheckpointWriter(Book().save, tmp_path).close()
    assert (tmp_path / "x.json").exists()
    assert "not a valid session" in caplog.text


def test_a_write_may_end_while_the_recorder_closes(tmp_path: Path, monkeypatch):
    """A database that takes longer than the end waits, and then has written after all."""
    go = threading.Event()
    recorder = CheckpointWriter(lambda record: go.wait(30), tmp_path)
    one, other = record(), record()
    recorder.enqueue(one)
    recorder.enqueue(other)
    keep = recorder.spool

    def slowly(kept: SessionRecord) -> bool:
        go.set()
        deadline = time.monotonic() + 30
        while one.uuid in recorder.waiting and time.monotonic() < deadline:
            time.sleep(0.01)
        return keep(kept)

    monkeypatch.setattr(recorder, "spool", slowly)
    recorder.close()
    assert one.uuid not in recorder.waiting
    assert (tmp_path / f"{other.uuid}.json").exists()


def test_one_bad_record_is_put_aside_and_the_others_are_stored(tmp_path: Path, caplog):
    saved = []
    good, bad = record(), record()

    def save(one: SessionRecord) -> None:
        if one.uuid == bad.uuid:
            raise ValueError("no name")
        saved.append(one)

    recorder = CheckpointWriter(save, tmp_path)
    recorder.enqueue(bad)
    recorder.enqueue(good)
    assert recorder.flush(5)
    recorder.close()
    assert saved == [good]
    assert [path.name for path in tmp_path.iterdir()] == [f"{bad.uuid}.bad"]
    assert "no name" in caplog.text
    after = CheckpointWriter(save, tmp_path)  # the next process is not hurt by it
    assert not after.waiting
    after.close()


def test_an_outage_wears_no_card_out(tmp_path: Path, caplog):
    """Each state is written once, the outage is logged once, and attempts become rarer."""
    now, attempts = [0.0], []

    def save(one: SessionRecord) -> None:
        attempts.append(now[0])
        raise RecordsError("The database is locked.")

    recorder = CheckpointWriter(save, tmp_path / "unsaved", clock=lambda: now[0])
    recorder._closed.set()
    with recorder._changed:
        recorder._changed.notify_all()
    recorder.loop.stop(5)  # the test calls `_turn` itself
    one = record()
    written = []
    keep = recorder.spool

    def count(kept: SessionRecord) -> bool:
        written.append(kept)
        return keep(kept)

    recorder.spool = count
    recorder.enqueue(one)
    for now[0] in range(100):
        recorder._turn()
    assert written == [one]
    assert attempts == [0, 1, 3, 7, 15, 31, 61, 91]
    assert caplog.text.count("cannot be stored now") == 1
    assert recorder.outage()["for_s"] == 99


def test_what_cannot_be_read_in_the_shelter_is_left_alone(tmp_path: Path, caplog):
    (tmp_path / "x.json").mkdir()
    CheckpointWriter(Book().save, tmp_path).close()
    assert (tmp_path / "x.json").is_dir()
    assert "not a valid session" in caplog.text
