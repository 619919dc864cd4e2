"""Storage of sessions: checkpoints, corrections, discarding and concurrent writers."""

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

import alembic.command
import alembic.config
import orjson
import pytest
from sqlalchemy import Engine, MetaData, create_engine, inspect, text

from hiitpi.coach.messages import SessionRecord, SetRecord
from hiitpi.coach.session.program import free, tabata
from hiitpi.errors import RecordsError
from hiitpi.records.database import CHECKPOINT, DURABLE, Database
from hiitpi.records.migrate import MIGRATIONS
from hiitpi.records.player_names import clean_name, name_key
from hiitpi.records.schema import Base
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


def test_migrations_create_the_schema_of_the_models(new_url: Callable[[], str]):
    migrated_url, expected_url = new_url(), new_url()
    store = Store(migrated_url)
    store.migrate()
    store.migrate()
    store.close()
    engines = [create_engine(migrated_url), create_engine(expected_url)]
    Base.metadata.create_all(engines[1])
    for table in Base.metadata.tables:
        columns = [
            {c["name"]: (str(c["type"]), c["nullable"]) for c in inspect(e).get_columns(table)}
            for e in engines
        ]
        assert columns[0] == columns[1]
        indexes = [{i["name"] for i in inspect(e).get_indexes(table)} for e in engines]
        assert indexes[0] == indexes[1]
    for engine in engines:
        engine.dispose()


def migrate_to(engine: Engine, revision: str) -> None:
    """Create the tables of an earlier version."""
    config = alembic.config.Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, revision)


@pytest.mark.parametrize("version", ["0001", "0002", "0003", "0004"])
def test_an_old_database_is_migrated_with_its_data(url: str, version: str):
    """The first two versions had free training only: no sets, no programs, no colours."""
    uuids = [uuid4() for _ in range(3)]
    engine = create_engine(url)
    migrate_to(engine, version)
    tables = MetaData()
    tables.reflect(engine)
    old = {
        "status": "finished", "reps": 20, "attempts": 3, "pace": 15.0, "score": 88.5,
        "station": "home", "model": "movenet",
        "started": datetime(2026, 1, 2, 10, 0), "ended": datetime(2026, 1, 2, 10, 1),
        "day": date(2026, 1, 2), "seconds": 40.0,
    }  # fmt: skip
    with engine.begin() as connection:

        def add(table: str, **values: object) -> None:
            columns = {c.name for c in tables.tables[table].columns}
            values = {name: value for name, value in values.items() if name in columns}
            connection.execute(tables.tables[table].insert().values(**values))

        for i, name in enumerate(("Ada", "Bob"), 1):
            add("player", id=i, name=name, key=name.lower(), created=NOW, colour=f"#00000{i}")
        for i, workout in ((1, "squat"), (2, "plank"), (3, "squat")):
            uuid = uuids[i - 1].hex if engine.dialect.name == "sqlite" else uuids[i - 1]
            program = orjson.dumps(free(workout).data(), option=orjson.OPT_SORT_KEYS).decode()
            status = {"player_id": i}
            if i == 3:  # since 0004, a discarded session has its time of deletion
                deletion = {"gone": old["ended"]} if version >= "0004" else {"status": "discarded"}
                status = {"player_id": 1, **deletion}
            add("session", uuid=uuid, workout=workout, program=program, **{**old, **status})
            if version >= "0003":
                add("workout_set", session_uuid=uuid, number=1, workout=workout, round=1, began=0.0,
                    seconds=40.0, reps=20, attempts=3, score=88.5)  # fmt: skip
            if i == 1:
                add("repetition", session_uuid=uuid, number=1, time=2.5, duration=1.5, set_number=1,
                    range_of_motion=0.9, symmetry=1.0, score=88.5, cues=[])  # fmt: skip
    engine.dispose()
    store = Store(url)
    store.migrate()
    (session,) = history(store, "Ada")
    assert (session.program, session.reps, session.pace) == (free("squat"), 20, 15.0)
    assert session.sets == (SetRecord(1, "squat", 1, 0.0, 40.0, 20, 3, 88.5),)
    assert store.session(session.uuid).series[0].set == 1
    assert totals(store) == [("Ada", "squat", 20), ("Bob", "plank", 20)]
    assert store.session(str(uuids[2])).status == "discarded"
    assert [day.day for day in store.history.days("Ada")] == [date(2026, 1, 2)]
    assert store.history.streak("Ada", date(2026, 1, 3)) == (1, 1)
    assert len({p.colour for p in store.players.all()}) == 2
    assert store.best(record(program=free("squat"))) == Best(20, 15.0)
    store.close()


@pytest.mark.parametrize(("sync", "level"), [(DURABLE, 2), (CHECKPOINT, 1)])
def test_sqlite_is_configured_for_two_processes(tmp_path: Path, sync: str, level: int):
    database = Database(f"sqlite:///{tmp_path / 'records.sqlite'}")
    with database.writing(sync) as db:
        values = [
            db.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous")
        ]
    database.close()
    assert values == ["wal", 1, level]


def test_a_read_transaction_sees_a_consistent_snapshot(store: Store):
    store.save(record())
    with store.database.reading() as db:
        (before,) = db.scalars(text("SELECT count(*) FROM session"))
        store.save(record())
        (meanwhile,) = db.scalars(text("SELECT count(*) FROM session"))
    with store.database.reading() as db:
        (after,) = db.scalars(text("SELECT count(*) FROM session"))
    assert (before, meanwhile, after) == (1, 1, 2)


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


@pytest.mark.parametrize("kind", ["newer", "junk", "folder"])
def test_the_error_for_an_unusable_database_has_the_reason(tmp_path: Path, kind: str):
    path = tmp_path / "records.sqlite"
    if kind == "newer":
        store = Store(f"sqlite:///{path}")
        store.migrate()
        with store.database.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        store.close()
    elif kind == "junk":
        path.write_text("this is not a database, but long enough to look at" * 100)
    else:
        path.mkdir()
    store = Store(f"sqlite:///{path}")
    with pytest.raises(
        RecordsError,
        match={"newer": "newer version", "junk": "restore FILE", "folder": "folder"}[kind],
    ) as caught:
        store.migrate()
    assert "\n" not in str(caught.value)
    store.close()


@pytest.mark.parametrize("url", ["nonsense", "foo://x", "postgresql+nodriver://a@localhost/x"])
def test_an_invalid_url_is_refused(url: str):
    with pytest.raises(RecordsError, match="HIITPI_DATABASE_URL cannot be used") as caught:
        Store(url)
    assert "\n" not in str(caught.value)


def test_renaming_a_program_keeps_its_best(store: Store):
    program = free("squat")
    store.save(record(reps=9, program=program))
    renamed = record(reps=2, program=replace(program, name="Mornings"))
    assert store.best(renamed).reps == 9
    assert store.best(record(program=free("lunge"))) is None
