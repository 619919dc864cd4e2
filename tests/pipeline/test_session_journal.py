"""The running session on disk."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiitpi.coach.messages import SessionRecord
from hiitpi.pipeline.session_journal import JOURNAL_FILE, SessionJournal
from tests.support.messages import REP, record


def at(count: int) -> SessionRecord:
    one = record()
    reps = tuple(replace(REP, number=n + 1, time=float(n)) for n in range(count))
    return replace(one, series=reps, sets=(replace(one.sets[0], reps=count, corrected=None),))


def journal(folder: Path, wall: float = 1e9, uptime: float = 100.0) -> SessionJournal:
    return SessionJournal(folder, lambda: wall, lambda: uptime)


def test_every_repetition_is_there_at_once(tmp_path: Path):
    running = journal(tmp_path)
    running.begin(at(0))
    for count in range(1, 6):
        running.add(at(count))
        assert journal(tmp_path).read().record == at(count)
    running.begin(at(5))  # another phase
    running.add(at(6))
    assert journal(tmp_path).read().record == at(6)
    running.end()
    assert journal(tmp_path).read() is None


def test_two_at_once_are_two(tmp_path: Path):
    running = journal(tmp_path)
    running.begin(at(0))
    running.add(at(2))
    running.add(at(3))
    assert journal(tmp_path).read().record == at(3)


def test_one_that_goes_on_is_whole(tmp_path: Path):
    running = journal(tmp_path)
    running.add(at(7))
    running.add(at(8))
    assert journal(tmp_path).read().record == at(8)


def test_how_long_ago_it_was_does_not_depend_on_a_clock_that_is_set(tmp_path: Path):
    running = journal(tmp_path)
    running.begin(at(0))
    running.add(at(1))
    assert journal(tmp_path, wall=5e9, uptime=130.0).read().age_s == pytest.approx(30)
    after_a_restart = journal(tmp_path, wall=1e9 + 50, uptime=5.0)
    after_a_restart._boot = "another"
    assert after_a_restart.read().age_s == pytest.approx(50)
    behind = journal(tmp_path, wall=0.0, uptime=5.0)
    behind._boot = "another"
    assert behind.read().age_s == 0


@given(st.integers(0, 3000), st.binary(max_size=20))
def test_what_was_cut_off_costs_what_was_cut_off(cut: int, junk: bytes):
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        running = journal(folder)
        running.begin(at(0))
        for count in range(1, 4):
            running.add(at(count))
        running.close()
        whole = (folder / JOURNAL_FILE).read_bytes()
        (folder / JOURNAL_FILE).write_bytes(whole[: len(whole) - min(cut, len(whole))] + junk)
        left = journal(folder).read()
        if left is not None:
            assert left.record in [at(count) for count in range(4)]
        if cut == 0 and not junk:
            assert left.record == at(3)


def test_a_disk_that_cannot_be_written_stops_nobody(tmp_path: Path):
    (tmp_path / "file").write_text("")
    running = journal(tmp_path / "file")
    running.begin(at(0))
    running.add(at(1))
    running.sync()
    running.end()
    assert running.read() is None


def test_a_line_that_a_full_disk_tore_costs_nothing(tmp_path: Path, monkeypatch):
    running = journal(tmp_path)
    running.begin(at(0))
    running.add(at(1))
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[: len(data) // 2]))
    running.add(at(2))
    monkeypatch.setattr(os, "write", write)
    assert journal(tmp_path).read().record == at(1)
    running.add(at(3))
    assert journal(tmp_path).read().record == at(3)
