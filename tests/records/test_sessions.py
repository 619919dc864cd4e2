"""Storage of sessions: checkpoints, corrections, discarding and concurrent writers."""

import subprocess
import sys
import threading
from dataclasses import replace
from uuid import uuid4

import pytest

from hiitpi.coach.messages import SessionRecord, SetRecord
from hiitpi.coach.session.program import free, just_train, tabata
from hiitpi.errors import RecordsError
from hiitpi.records.player_names import clean_name, name_key
from hiitpi.records.sessions import Best, Store
from hiitpi.settings import ROOT
from tests.records.writers import MIN_SESSIONS
from tests.support.session_factory import NOW, history, record, rep, totals


def with_reps(session: SessionRecord, reps: int) -> SessionRecord:
    """Return the session with this number of repetitions."""
    return replace(
        session,
        sets=(replace(session.sets[0], reps=reps),),
        series=tuple(rep(i + 1) for i in range(reps)),
    )


def test_a_stored_session_is_read_back_unchanged(store: Store):
    session = record()
    store.save(session)
    assert store.session(session.uuid) == session
    assert store.session(str(uuid4())) is None


def test_a_finished_session_is_not_overwritten(store: Store):
    session = record()
    store.save(session)
    store.save(with_reps(session, 50))
    assert [s.reps for s in history(store, "Ada")] == [2]


def test_checkpoints_update_a_session_until_it_is_finished(store: Store):
    session = record(reps=1, status="active", ended=None)
    store.save(session)
    assert store.running("home") == session
    assert history(store, "Ada") == []
    store.save(with_reps(session, 2))
    assert store.running("home") == with_reps(session, 2)
    store.save(replace(with_reps(session, 2), status="finished", ended=NOW.timestamp()))
    assert store.running("home") is None
    assert history(store, "Ada")[0].reps == 2


def test_checkpoints_append_the_sets_of_a_program_in_order(store: Store):
    first, second = (SetRecord(n, "squat", n, 30.0 * n - 30, 20.0, 6, 0, 90.0) for n in (1, 2))
    session = record(status="active", ended=None, program=tabata("squat"), sets=(first,))
    store.save(session)
    store.save(replace(session, sets=(first, second)))
    assert store.session(session.uuid).sets == (first, second)
    assert store.running("home").program == tabata("squat")


def test_a_correction_is_stored_beside_the_cameras_count(store: Store):
    sets = tuple(SetRecord(n, "squat", n, 30.0 * n, 20.0, 6, 1) for n in (1, 2, 3))
    session = record(sets=sets, program=tabata("squat"))
    store.save(session)
    corrected = store.correct(session.uuid, {1: 6, 2: 8})
    stored = store.session(session.uuid)
    assert [(s.reps, s.corrected) for s in stored.sets] == [(6, None), (6, 8), (6, None)]
    assert corrected.reps == stored.reps == 20
    assert totals(store) == [("Ada", "squat", 20)]
    assert store.correct(session.uuid, {2: 6}).reps == 18  # the camera's count: no correction


def test_a_recognised_workout_can_be_corrected_and_is_kept(store: Store):
    sets = (
        SetRecord(1, "squat", 1, 0.0, 20.0, 6, 1, recognised="squat"),
        SetRecord(2, "squat", 1, 30.0, 20.0, 4, 1),
    )
    session = record(sets=sets, program=just_train())
    store.save(session)
    store.correct(session.uuid, {1: 6, 2: 4}, {1: "lunge", 2: "lunge"})  # 2 was not recognised
    stored = store.session(session.uuid)
    assert [(s.workout, s.recognised) for s in stored.sets] == [("lunge", "squat"), ("squat", None)]
    assert totals(store) == [("Ada", "lunge", 6), ("Ada", "squat", 4)]


@pytest.mark.parametrize("corrections", [{1: -1}, {1: 10_000}, {7: 3}])
def test_invalid_corrections_are_refused(store: Store, corrections: dict):
    session = record()
    store.save(session)
    with pytest.raises(RecordsError, match="cannot have"):
        store.correct(session.uuid, corrections)
    assert store.session(session.uuid) == session


@pytest.mark.parametrize("uuid", ["nonsense", "6f2f4f0e-0000-4000-8000-000000000000"])
def test_an_unknown_session_can_be_neither_corrected_nor_discarded(store: Store, uuid: str):
    with pytest.raises(RecordsError, match="no such session"):
        store.correct(uuid, {})
    with pytest.raises(RecordsError, match="no such session"):
        store.discard(uuid)


def test_a_running_session_can_be_neither_corrected_nor_discarded(store: Store):
    session = record(status="active", ended=None)
    store.save(session)
    with pytest.raises(RecordsError, match="no such session"):
        store.correct(session.uuid, {1: 3})
    with pytest.raises(RecordsError, match="no such session"):
        store.discard(session.uuid)


def test_discarding_can_be_undone(store: Store):
    session = record()
    store.save(session)
    store.discard(session.uuid)
    assert history(store, "Ada") == []
    store.discard(session.uuid, undo=True)
    assert history(store, "Ada")[0].reps == 2


def test_the_best_is_that_of_other_sessions_of_the_same_program(store: Store):
    for reps, seconds in ((10, 60.0), (12, 90.0)):
        session = record()
        sets = (replace(session.sets[0], reps=reps, seconds=seconds),)
        store.save(replace(session, sets=sets))
    store.save(record(reps=50, workout="jumping_jacks"))
    store.save(record(reps=50, program=tabata("squat")))
    store.save(record(reps=50, player="Bob"))
    store.save(record(reps=50, status="discarded"))
    current = record(reps=50)
    store.save(current)
    assert store.best(current) == Best(12, 5.0)
    assert store.best(record(program=tabata("lunge"))) is None


def test_an_abandoned_session_ends_at_its_last_checkpoint(store: Store):
    abandoned, running = (record(status="active", ended=None) for _ in range(2))
    elsewhere = record(status="active", ended=None, station="cellar")
    for session in (abandoned, running, elsewhere):
        store.save(session)
    store.close_running("home", exclude={running.uuid})
    closed = store.session(abandoned.uuid)
    assert closed.status == "interrupted"
    assert closed.ended == pytest.approx(closed.started + 3.0)
    assert store.running("home").uuid == running.uuid
    assert store.running("cellar").uuid == elsewhere.uuid


def test_a_head_to_head_is_found_by_its_id(store: Store):
    for station, match in (("left", "m"), ("right", "m"), ("left", "other"), ("left", "")):
        store.save(record(station=station, match=match))
    store.save(discarded := record(station="middle", match="m"))
    store.discard(discarded.uuid)
    assert {session.station for session in store.match("m")} == {"left", "right"}
    assert store.match("m")[0].match == "m"
    assert store.match("") == []


def test_equal_names_are_one_player(store: Store):
    for name in ("Zoë", " zoë ", "ZOË", "Zoe\u0308"):
        store.save(record(player=name))
    assert [p.name for p in store.players.all()] == ["Zoë"]
    assert len(history(store, "zoË")) == 4
    assert totals(store) == [("Zoë", "squat", 8)]


@pytest.mark.parametrize("name", ["=1+1", 'a,"b"', "<b>x</b>", "😀", "שלום", "a" * 40, "'; --"])
def test_any_valid_name_is_stored_unchanged(store: Store, name: str):
    store.save(record(player=name))
    assert [p.name for p in store.players.all()] == [name]
    assert history(store, name)[0].player == name


@pytest.mark.parametrize(
    "name", ["", "   ", "a" * 41, "a\x00b", "a\x07b", "\u200b", "\u200d\u200b", "a\u202eb"]
)
def test_invalid_names_are_refused(name: str):
    with pytest.raises(ValueError, match="name"):
        clean_name(name)


def test_names_are_trimmed_and_folded():
    assert clean_name("  Ada \n Lovelace ") == "Ada Lovelace"
    assert name_key("STRASSE") == name_key("straße")


def test_discarded_sessions_do_not_count(store: Store):
    store.save(record(status="discarded"))
    assert history(store, "Ada") == []
    assert totals(store) == []


def test_two_writer_threads_lose_nothing(store: Store):
    def write(player: str) -> None:
        for _ in range(25):
            store.save(record(player=player))

    threads = [threading.Thread(target=write, args=(name,)) for name in ("Ada", "Bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(history(store, name)) for name in ("Ada", "Bob")] == [25, 25]


@pytest.mark.slow
def test_two_writer_processes_lose_nothing(store: Store, url: str):
    command = [sys.executable, "-m", "tests.records.writers", url, "2"]
    writers = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    reports = [[int(n) for n in writer.communicate(timeout=60)[0].split()] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    saved, deleted, reps = (sum(numbers) for numbers in zip(*reports, strict=True))
    assert saved >= 2 * MIN_SESSIONS
    assert deleted
    names = [player.name for player in store.players.all()]
    assert names == ["Ada 0", "Ada 1", "Ada 2"]
    assert sum(store.history.sessions(name, limit=1)[1] for name in names) == saved
    assert len(store.history.deleted_sessions("Ada 0")) == min(deleted, 50)
    assert sum(count for _, _, count in totals(store)) == reps


def test_renaming_a_program_keeps_its_best(store: Store):
    program = free("squat")
    store.save(record(reps=9, program=program))
    renamed = record(reps=2, program=replace(program, name="Mornings"))
    assert store.best(renamed).reps == 9
    assert store.best(record(program=free("lunge"))) is None
