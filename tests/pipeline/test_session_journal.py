"""The journal of the running session."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiitpi.coach.messages import SessionRecord
from hiitpi.pipeline.session_journal import JOURNAL_FILE, SessionJournal
from tests.support.messages import REP, record


def record_with_reps(count: int) -> SessionRecord:
    """Return a session with a number of repetitions."""
    template = record()
    reps = tuple(replace(REP, number=i + 1, time=float(i)) for i in range(count))
    return replace(
        template, series=reps, sets=(replace(template.sets[0], reps=count, corrected=None),)
    )


def open_journal(folder: Path, wall: float = 1e9, uptime: float = 100.0) -> SessionJournal:
    """Return a journal, on fake clocks that show seconds since the epoch and since boot."""
    return SessionJournal(folder, lambda: wall, lambda: uptime)


def test_every_repetition_is_readable_at_once(tmp_path: Path):
    journal = open_journal(tmp_path)
    journal.begin(record_with_reps(0))
    for count in range(1, 6):
        journal.add(record_with_reps(count))
        assert open_journal(tmp_path).read().record == record_with_reps(count)
    journal.begin(record_with_reps(5))  # the next phase
    journal.add(record_with_reps(6))
    assert open_journal(tmp_path).read().record == record_with_reps(6)
    journal.end()
    assert open_journal(tmp_path).read() is None


def test_several_repetitions_can_be_added_at_once(tmp_path: Path):
    journal = open_journal(tmp_path)
    journal.begin(record_with_reps(0))
    journal.add(record_with_reps(2))
    journal.add(record_with_reps(3))
    assert open_journal(tmp_path).read().record == record_with_reps(3)


def test_a_resumed_session_is_complete(tmp_path: Path):
    journal = open_journal(tmp_path)
    journal.add(record_with_reps(7))
    journal.add(record_with_reps(8))
    assert open_journal(tmp_path).read().record == record_with_reps(8)


def test_the_age_does_not_depend_on_clock_changes(tmp_path: Path):
    journal = open_journal(tmp_path)
    journal.begin(record_with_reps(0))
    journal.add(record_with_reps(1))
    assert open_journal(tmp_path, wall=5e9, uptime=130.0).read().age_s == pytest.approx(30)
    after_reboot = open_journal(tmp_path, wall=1e9 + 50, uptime=5.0)
    after_reboot._boot = "another"
    assert after_reboot.read().age_s == pytest.approx(50)
    clock_behind = open_journal(tmp_path, wall=0.0, uptime=5.0)
    clock_behind._boot = "another"
    assert clock_behind.read().age_s == 0


@given(st.integers(0, 3000), st.binary(max_size=20))
def test_a_truncated_journal_loses_only_its_end(cut: int, junk: bytes):
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        journal = open_journal(folder)
        journal.begin(record_with_reps(0))
        for count in range(1, 4):
            journal.add(record_with_reps(count))
        journal.close()
        content = (folder / JOURNAL_FILE).read_bytes()
        (folder / JOURNAL_FILE).write_bytes(content[: len(content) - min(cut, len(content))] + junk)
        pending = open_journal(folder).read()
        if pending is not None:
            assert pending.record in [record_with_reps(count) for count in range(4)]
        if cut == 0 and not junk:
            assert pending.record == record_with_reps(3)


def test_an_unwritable_disk_is_no_error(tmp_path: Path):
    (tmp_path / "file").write_text("")
    journal = open_journal(tmp_path / "file")
    journal.begin(record_with_reps(0))
    journal.add(record_with_reps(1))
    journal.sync()
    journal.end()
    assert journal.read() is None


def test_a_line_truncated_by_a_full_disk_loses_no_later_line(tmp_path: Path, monkeypatch):
    journal = open_journal(tmp_path)
    journal.begin(record_with_reps(0))
    journal.add(record_with_reps(1))
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[: len(data) // 2]))
    journal.add(record_with_reps(2))
    monkeypatch.setattr(os, "write", write)
    assert open_journal(tmp_path).read().record == record_with_reps(1)
    journal.add(record_with_reps(3))
    assert open_journal(tmp_path).read().record == record_with_reps(3)
