"""Databases: migrations, configuration of SQLite, consistency and errors."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

import alembic.command
import alembic.config
import orjson
import pytest
from sqlalchemy import Engine, MetaData, create_engine, inspect, text

from hiitpi.coach.messages import SetRecord
from hiitpi.coach.session.program import free
from hiitpi.errors import RecordsError
from hiitpi.records.database import CHECKPOINT, DURABLE, Database
from hiitpi.records.migrate import MIGRATIONS
from hiitpi.records.schema import Base
from hiitpi.records.sessions import Best, Store
from tests.support.session_factory import NOW, history, record, totals


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


@pytest.mark.parametrize("version", ["0001", "0002", "0003", "0004", "0007", "0009", "0011"])
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
