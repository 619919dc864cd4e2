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
from tests.records.writers import LEAST
from tests.support.session_factory import NOW, history, record, rep, totals


def counted(one: SessionRecord, reps: int) -> SessionRecord:
    """The same session, later."""
    return replace(
        one, sets=(replace(one.sets[0], reps=reps),), series=tuple(rep(i + 1) for i in range(reps))
    )


def test_what_is_stored_comes_back(store: Store):
    one = record()
    store.save(one)
    assert store.session(one.uuid) == one
    assert store.session(str(uuid4())) is None


def test_the_same_session_twice_is_one(store: Store):
    one = record()
    store.save(one)
    store.save(counted(one, 50))
    assert [s.reps for s in history(store, "Ada")] == [2]


def test_checkpoints_grow_and_done_ends(store: Store):
    one = record(reps=1, status="active", ended=None)
    store.save(one)
    assert store.running("home") == one
    assert history(store, "Ada") == []
    store.save(counted(one, 2))
    assert store.running("home") == counted(one, 2)
    store.save(replace(counted(one, 2), status="finished", ended=NOW.timestamp()))
    assert store.running("home") is None
    assert history(store, "Ada")[0].reps == 2


def test_sets_of_a_program_are_stored_in_order_and_grow(store: Store):
    first, second = (SetRecord(n, "squat", n, 30.0 * n - 30, 20.0, 6, 0, 90.0) for n in (1, 2))
    one = record(status="active", ended=None, program=tabata("squat"), sets=(first,))
    store.save(one)
    store.save(replace(one, sets=(first, second)))
    assert store.session(one.uuid).sets == (first, second)
    assert store.running("home").program == tabata("squat")


def test_a_correction_is_kept_beside_what_the_camera_saw(store: Store):
    sets = tuple(SetRecord(n, "squat", n, 30.0 * n, 20.0, 6, 1) for n in (1, 2, 3))
    one = record(sets=sets, program=tabata("squat"))
    store.save(one)
    corrected = store.correct(one.uuid, {1: 6, 2: 8})
    stored = store.session(one.uuid)
    assert [(s.reps, s.corrected) for s in stored.sets] == [(6, None), (6, 8), (6, None)]
    assert corrected.reps == stored.reps == 20
    assert totals(store) == [("Ada", "squat", 20)]
    assert store.correct(one.uuid, {2: 6}).reps == 18  # as it was


@pytest.mark.parametrize("given", [{1: -1}, {1: 10_000}, {7: 3}])
def test_corrections_that_cannot_be_are_refused(store: Store, given: dict):
    one = record()
    store.save(one)
    with pytest.raises(RecordsError, match="cannot have"):
        store.correct(one.uuid, given)
    assert store.session(one.uuid) == one


@pytest.mark.parametrize("uuid", ["nonsense", "6f2f4f0e-0000-4000-8000-000000000000"])
def test_what_is_not_there_cannot_be_corrected(store: Store, uuid: str):
    with pytest.raises(RecordsError, match="no such session"):
        store.correct(uuid, {})
    with pytest.raises(RecordsError, match="no such session"):
        store.discard(uuid)


def test_a_running_session_is_neither_corrected_nor_discarded(store: Store):
    one = record(status="active", ended=None)
    store.save(one)
    with pytest.raises(RecordsError, match="no such session"):
        store.correct(one.uuid, {1: 3})
    with pytest.raises(RecordsError, match="no such session"):
        store.discard(one.uuid)


def test_discarding_can_be_undone(store: Store):
    one = record()
    store.save(one)
    store.discard(one.uuid)
    assert history(store, "Ada") == []
    store.discard(one.uuid, undo=True)
    assert history(store, "Ada")[0].reps == 2


def test_the_best_is_of_equal_programs_and_of_other_sessions(store: Store):
    for reps, seconds in ((10, 60.0), (12, 90.0)):
        one = record()
        sets = (replace(one.sets[0], reps=reps, seconds=seconds),)
        store.save(replace(one, sets=sets))
    store.save(record(reps=50, workout="jumping_jacks"))
    store.save(record(reps=50, program=tabata("squat")))
    store.save(record(reps=50, player="Bob"))
    store.save(record(reps=50, status="discarded"))
    now = record(reps=50)
    store.save(now)
    assert store.best(now) == Best(12, 5.0)
    assert store.best(record(program=tabata("lunge"))) is None


def test_sessions_nobody_ended_are_closed_when_they_last_changed(store: Store):
    left, running = (record(status="active", ended=None) for _ in range(2))
    elsewhere = record(status="active", ended=None, station="cellar")
    for one in (left, running, elsewhere):
        store.save(one)
    store.close_running("home", exclude={running.uuid})
    closed = store.session(left.uuid)
    assert closed.status == "interrupted"
    assert closed.ended == pytest.approx(closed.started + 3.0)
    assert store.running("home").uuid == running.uuid
    assert store.running("cellar").uuid == elsewhere.uuid


def test_a_head_to_head_is_found_by_its_id(store: Store):
    for station, match in (("left", "m"), ("right", "m"), ("left", "other"), ("left", "")):
        store.save(record(station=station, match=match))
    store.save(gone := record(station="middle", match="m"))
    store.discard(gone.uuid)
    assert {one.station for one in store.match("m")} == {"left", "right"}
    assert store.match("m")[0].match == "m"
    assert store.match("") == []


def test_equal_names_are_one_player(store: Store):
    for name in ("Zoë", " zoë ", "ZOË", "Zoe\u0308"):
        store.save(record(player=name))
    assert [p.name for p in store.players.all()] == ["Zoë"]
    assert len(history(store, "zoË")) == 4
    assert totals(store) == [("Zoë", "squat", 8)]


@pytest.mark.parametrize("name", ["=1+1", 'a,"b"', "<b>x</b>", "😀", "שלום", "a" * 40, "'; --"])
def test_any_name_is_kept_as_it_is(store: Store, name: str):
    store.save(record(player=name))
    assert [p.name for p in store.players.all()] == [name]
    assert history(store, name)[0].player == name


@pytest.mark.parametrize(
    "name", ["", "   ", "a" * 41, "a\x00b", "a\x07b", "\u200b", "\u200d\u200b", "a\u202eb"]
)
def test_what_is_no_name(name: str):
    with pytest.raises(ValueError, match="name"):
        clean_name(name)


def test_names_are_trimmed_and_folded():
    assert clean_name("  Ada \n Lovelace ") == "Ada Lovelace"
    assert name_key("STRASSE") == name_key("straße")


def test_discarded_sessions_do_not_count(store: Store):
    store.save(record(status="discarded"))
    assert history(store, "Ada") == []
    assert totals(store) == []


def test_migrations_make_what_the_schema_says(new_url: Callable[[], str]):
    made, wanted = new_url(), new_url()
    store = Store(made)
    store.migrate()
    store.migrate()
    store.close()
    engines = [create_engine(made), create_engine(wanted)]
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


def up_to(engine: Engine, revision: str) -> None:
    """The tables as they were in an earlier version."""
    config = alembic.config.Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, revision)


@pytest.mark.parametrize("version", ["0001", "0002", "0003", "0004"])
def test_an_old_record_book_goes_up_with_its_data(url: str, version: str):
    """The first two versions had free training only: no sets, no programs, no colours."""
    uuids = [uuid4() for _ in range(3)]
    engine = create_engine(url)
    up_to(engine, version)
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
            known = {c.name for c in tables.tables[table].columns}
            values = {name: value for name, value in values.items() if name in known}
            connection.execute(tables.tables[table].insert().values(**values))

        for i, name in enumerate(("Ada", "Bob"), 1):
            add("player", id=i, name=name, key=name.lower(), created=NOW, colour=f"#00000{i}")
        for i, workout in ((1, "squat"), (2, "plank"), (3, "squat")):
            uuid = uuids[i - 1].hex if engine.dialect.name == "sqlite" else uuids[i - 1]
            program = orjson.dumps(free(workout).data(), option=orjson.OPT_SORT_KEYS).decode()
            status = {"player_id": i}
            if i == 3:  # from 0004 on, a discarded session has the time at which it was deleted
                gone = {"gone": old["ended"]} if version >= "0004" else {"status": "discarded"}
                status = {"player_id": 1, **gone}
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
def test_sqlite_is_set_up_for_two_processes(tmp_path: Path, sync: str, level: int):
    database = Database(f"sqlite:///{tmp_path / 'records.sqlite'}")
    with database.writing(sync) as db:
        values = [
            db.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous")
        ]
    database.close()
    assert values == ["wal", 1, level]


def test_a_reader_sees_one_state_from_beginning_to_end(store: Store):
    store.save(record())
    with store.database.reading() as db:
        (before,) = db.scalars(text("SELECT count(*) FROM session"))
        store.save(record())
        (meanwhile,) = db.scalars(text("SELECT count(*) FROM session"))
    with store.database.reading() as db:
        (after,) = db.scalars(text("SELECT count(*) FROM session"))
    assert (before, meanwhile, after) == (1, 1, 2)


def test_two_writers_lose_nothing(store: Store):
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
def test_two_processes_that_write_at_once_lose_nothing(store: Store, url: str):
    command = [sys.executable, "-m", "tests.records.writers", url, "2"]
    writers = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    told = [[int(n) for n in writer.communicate(timeout=60)[0].split()] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    kept, deleted, reps = (sum(numbers) for numbers in zip(*told, strict=True))
    assert kept >= 2 * LEAST
    assert deleted
    names = [player.name for player in store.players.all()]
    assert names == ["Ada 0", "Ada 1", "Ada 2"]
    assert sum(store.history.sessions(name, limit=1)[1] for name in names) == kept
    assert len(store.history.deleted_sessions("Ada 0")) == min(deleted, 50)
    assert sum(count for _, _, count in totals(store)) == reps


@pytest.mark.parametrize("kind", ["newer", "junk", "folder"])
def test_a_database_that_cannot_be_used_says_so(tmp_path: Path, kind: str):
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
def test_a_url_that_is_none_says_so(url: str):
    with pytest.raises(RecordsError, match="HIITPI_DATABASE_URL cannot be used") as caught:
        Store(url)
    assert "\n" not in str(caught.value)


def test_the_best_of_a_program_survives_its_renaming(store: Store):
    program = free("squat")
    store.save(record(reps=9, program=program))
    renamed = record(reps=2, program=replace(program, name="Mornings"))
    assert store.best(renamed).reps == 9
    assert store.best(record(program=free("lunge"))) is None
