"""The checkpoint writer: background writes, retries, and the spool folder."""

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


class FakeDatabase:
    """A database that can be locked."""

    def __init__(self) -> None:
        self.locked = False
        self.saved: list[SessionRecord] = []

    def save(self, record: SessionRecord) -> None:
        if self.locked:
            raise RecordsError("The database is locked.")
        self.saved.append(record)


def test_only_the_newest_state_is_written(tmp_path: Path):
    database = FakeDatabase()
    writer = CheckpointWriter(database.save, tmp_path)
    session = record()
    for reps in range(50):
        writer.enqueue(with_reps(session, reps))
    assert writer.flush(5)
    writer.close()
    assert database.saved[-1].reps == 49
    assert len(database.saved) < 10


def test_a_failed_write_is_spooled_and_retried_by_the_next_process(tmp_path: Path):
    database = FakeDatabase()
    database.locked = True
    writer = CheckpointWriter(database.save, tmp_path / "unsaved")
    session = record()
    writer.enqueue(session)
    assert not writer.flush(0.2)
    spooled = tmp_path / "unsaved" / f"{session.uuid}.json"
    until(spooled.exists)
    assert decode_record(spooled.read_bytes()) == session  # spooled at once
    writer.close()
    assert list((tmp_path / "unsaved").iterdir()) == [spooled]
    database.locked = False
    writer = CheckpointWriter(database.save, tmp_path / "unsaved")
    assert writer.flush(5)
    writer.close()
    assert database.saved == [session]
    assert list((tmp_path / "unsaved").iterdir()) == []


def test_an_invalid_file_in_the_spool_folder_is_kept(tmp_path: Path, caplog):
    (tmp_path / "x.json").write_text("{}")
    CheckpointWriter(FakeDatabase().save, tmp_path).close()
    assert (tmp_path / "x.json").exists()
    assert "not a valid session" in caplog.text


def test_a_write_may_finish_while_the_writer_closes(tmp_path: Path, monkeypatch):
    """The database takes longer than `close` waits, but the write succeeds in the end."""
    finish_write = threading.Event()
    writer = CheckpointWriter(lambda record: finish_write.wait(30), tmp_path)
    writing, queued = record(), record()
    writer.enqueue(writing)
    writer.enqueue(queued)
    spool = writer.spool

    def spool_slowly(session: SessionRecord) -> bool:
        finish_write.set()
        deadline = time.monotonic() + 30
        while writing.uuid in writer.waiting and time.monotonic() < deadline:
            time.sleep(0.01)
        return spool(session)

    monkeypatch.setattr(writer, "spool", spool_slowly)
    writer.close()
    assert writing.uuid not in writer.waiting
    assert (tmp_path / f"{queued.uuid}.json").exists()


def test_a_bad_record_is_quarantined_and_the_others_are_stored(tmp_path: Path, caplog):
    saved = []
    good, bad = record(), record()

    def save(session: SessionRecord) -> None:
        if session.uuid == bad.uuid:
            raise ValueError("no name")
        saved.append(session)

    writer = CheckpointWriter(save, tmp_path)
    writer.enqueue(bad)
    writer.enqueue(good)
    assert writer.flush(5)
    writer.close()
    assert saved == [good]
    assert [path.name for path in tmp_path.iterdir()] == [f"{bad.uuid}.bad"]
    assert "no name" in caplog.text
    restarted = CheckpointWriter(save, tmp_path)  # the next process ignores the bad record
    assert not restarted.waiting
    restarted.close()


def test_an_outage_does_not_wear_out_the_sd_card(tmp_path: Path, caplog):
    """Each state is spooled once, the outage is logged once, and retries back off."""
    now, attempts = [0.0], []

    def save(record: SessionRecord) -> None:
        attempts.append(now[0])
        raise RecordsError("The database is locked.")

    writer = CheckpointWriter(save, tmp_path / "unsaved", clock=lambda: now[0])
    writer._closed.set()
    with writer._changed:
        writer._changed.notify_all()
    writer.loop.stop(5)  # the test calls `_turn` itself
    session = record()
    spooled = []
    spool = writer.spool

    def count_and_spool(session: SessionRecord) -> bool:
        spooled.append(session)
        return spool(session)

    writer.spool = count_and_spool
    writer.enqueue(session)
    for now[0] in range(100):
        writer._turn()
    assert spooled == [session]
    assert attempts == [0, 1, 3, 7, 15, 31, 61, 91]
    assert caplog.text.count("cannot be stored now") == 1
    assert writer.outage()["for_s"] == 99


def test_an_unreadable_file_in_the_spool_folder_is_kept(tmp_path: Path, caplog):
    (tmp_path / "x.json").mkdir()
    CheckpointWriter(FakeDatabase().save, tmp_path).close()
    assert (tmp_path / "x.json").is_dir()
    assert "not a valid session" in caplog.text
