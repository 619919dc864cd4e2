import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import alembic.command
import alembic.config
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, inspect, text

from hiitpi.coach.messages import Repetition, SessionRecord, SetRecord
from hiitpi.coach.program import free, tabata
from hiitpi.errors import RecordsError
from hiitpi.records.players import clean_name, name_key
from hiitpi.records.schema import Base
from hiitpi.records.store import MIGRATIONS, Best, Store, Total, first_moment

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path):
    store = Store(f"sqlite:///{tmp_path / 'records.sqlite'}")
    store.migrate()
    yield store
    store.close()


def rep(number: int) -> Repetition:
    return Repetition(number, number * 1.5, 1.0, 0.9, 1.0, 90.0 + number, ("Hands higher",))


def record(workout: str = "squat", reps: int = 2, **changes: object) -> SessionRecord:
    one = SetRecord(1, workout, 1, 0.0, 60.0, reps, 1, 91.5, 1.5)
    given = SessionRecord(
        uuid=str(uuid4()),
        player="Ada",
        program=free(workout),
        started=NOW.timestamp() - 60,
        ended=NOW.timestamp(),
        status="finished",
        station="home",
        model="blazepose",
        device="tablet",
        sets=(one,),
        series=tuple(rep(i + 1) for i in range(min(reps, 2))),
    )
    return replace(given, **changes)


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
    assert [s.reps for s in store.history("Ada")] == [2]


def test_checkpoints_grow_and_done_ends(store: Store):
    one = record(reps=1, status="active", ended=None)
    store.save(one)
    assert store.running("home") == one
    assert store.history("Ada") == []
    store.save(counted(one, 2))
    assert store.running("home") == counted(one, 2)
    store.save(replace(counted(one, 2), status="finished", ended=NOW.timestamp()))
    assert store.running("home") is None
    assert store.history("Ada")[0].reps == 2


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
    assert store.totals(NOW.replace(year=2000)) == [Total("Ada", "squat", 20, 1)]
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
    assert store.history("Ada") == []
    store.discard(one.uuid, undo=True)
    assert store.history("Ada")[0].reps == 2


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
    store.close_running("home", but=running.uuid)
    closed = store.session(left.uuid)
    assert closed.status == "interrupted"
    assert closed.ended == pytest.approx(closed.started + 3.0)
    assert store.running("home").uuid == running.uuid
    assert store.running("cellar").uuid == elsewhere.uuid


def test_equal_names_are_one_player(store: Store):
    for name in ("Zoë", " zoë ", "ZOË", "Zoe\u0308"):
        store.save(record(player=name))
    assert [p.name for p in store.house.players()] == ["Zoë"]
    assert len(store.history("zoË")) == 4
    assert store.totals(NOW.replace(year=2000)) == [Total("Zoë", "squat", 8, 4)]


@pytest.mark.parametrize("name", ["=1+1", 'a,"b"', "<b>x</b>", "😀", "שלום", "a" * 40, "'; --"])
def test_any_name_is_kept_as_it_is(store: Store, name: str):
    store.save(record(player=name))
    assert [p.name for p in store.house.players()] == [name]
    assert store.history(name)[0].player == name


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
    assert store.history("Ada") == []
    assert store.totals(NOW.replace(year=2000)) == []


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["Ada", "ada", "Bob"]),
            st.sampled_from(["squat", "jumping_jacks"]),
            st.integers(0, 500),
            st.floats(-10, 10),
        ),
        max_size=12,
    )
)
def test_totals_agree_with_a_plain_recount(tmp_path: Path, rows: list):
    store = Store(f"sqlite:///{tmp_path / f'{uuid4()}.sqlite'}")
    store.migrate()
    expected: dict[tuple[str, str], int] = {}
    for player, workout, reps, days in rows:
        ended = NOW.timestamp() + days * 86400
        store.save(record(workout, reps, player=player, ended=ended, series=()))
        if ended >= NOW.timestamp():
            key = player.lower(), workout
            expected[key] = expected.get(key, 0) + reps
    got = {(t.player.lower(), t.workout): t.reps for t in store.totals(NOW)}
    store.close()
    assert got == expected


def test_migrations_make_what_the_schema_says(tmp_path: Path):
    made, wanted = (create_engine(f"sqlite:///{tmp_path / n}") for n in ("made", "wanted"))
    store = Store(str(made.url))
    store.migrate()
    store.migrate()
    Base.metadata.create_all(wanted)
    for table in Base.metadata.tables:
        columns = [
            {c["name"]: (str(c["type"]), c["nullable"]) for c in inspect(e).get_columns(table)}
            for e in (made, wanted)
        ]
        assert columns[0] == columns[1]
        indexes = [{i["name"] for i in inspect(e).get_indexes(table)} for e in (made, wanted)]
        assert indexes[0] == indexes[1]
    for engine in (made, wanted):
        engine.dispose()
    store.close()


def test_an_old_record_book_goes_up_with_its_data(tmp_path: Path):
    """As the first version left it: free training, no sets, no programs, no colours."""
    path = tmp_path / "old.sqlite"
    uuids = [uuid4().hex for _ in range(2)]
    config = alembic.config.Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "0001")
        for i, name in enumerate(("Ada", "Bob"), 1):
            connection.execute(
                text("INSERT INTO player VALUES (:i, :n, :k, '2026-01-01')"),
                {"i": i, "n": name, "k": name.lower()},
            )
        for i, (uuid, workout) in enumerate(zip(uuids, ("squat", "plank"), strict=True), 1):
            connection.execute(
                text(
                    "INSERT INTO session VALUES (:u, :p, :w, '2026-01-02 10:00:00',"
                    " '2026-01-02 10:01:00', 'finished', 20, 3, 15.0, 88.5, 'home', 'movenet')"
                ),
                {"u": uuid, "p": i, "w": workout},
            )
        connection.execute(
            text("INSERT INTO repetition VALUES (:u, 1, 2.5, 1.5, 0.9, 1.0, 88.5, '[]')"),
            {"u": uuids[0]},
        )
    engine.dispose()
    store = Store(f"sqlite:///{path}")
    store.migrate()
    (session,) = store.history("Ada")
    assert (session.program, session.reps, session.pace) == (free("squat"), 20, 15.0)
    assert session.sets == (SetRecord(1, "squat", 1, 0.0, 40.0, 20, 3, 88.5),)
    assert store.session(session.uuid).series[0].set == 1
    assert store.totals(NOW.replace(year=2000)) == [
        Total("Ada", "squat", 20, 1),
        Total("Bob", "plank", 20, 1),
    ]
    assert len({p.colour for p in store.house.players()}) == 2
    assert store.best(record(program=free("squat"))) == Best(20, 15.0)
    store.close()


def test_sqlite_is_set_up_for_two_processes(store: Store):
    with store._engine.connect() as connection:
        values = [
            connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous")
        ]
    assert values == ["wal", 1, 1]


def test_two_writers_lose_nothing(store: Store):
    def write(player: str) -> None:
        for _ in range(25):
            store.save(record(player=player))

    threads = [threading.Thread(target=write, args=(name,)) for name in ("Ada", "Bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(store.history(name)) for name in ("Ada", "Bob")] == [25, 25]


@pytest.mark.parametrize("kind", ["newer", "junk", "folder"])
def test_a_database_that_cannot_be_used_says_so(tmp_path: Path, kind: str):
    path = tmp_path / "records.sqlite"
    if kind == "newer":
        store = Store(f"sqlite:///{path}")
        store.migrate()
        with store._engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        store.close()
    elif kind == "junk":
        path.write_text("this is not a database, but long enough to look at" * 100)
    else:
        path.mkdir()
    store = Store(f"sqlite:///{path}")
    with pytest.raises(RecordsError, match="cannot be opened") as caught:
        store.migrate()
    assert "\n" not in str(caught.value)
    store.close()


@pytest.mark.parametrize("url", ["nonsense", "foo://x", "postgresql+nodriver://a@localhost/x"])
def test_a_url_that_is_none_says_so(url: str):
    with pytest.raises(RecordsError, match="HIITPI_DATABASE_URL cannot be used") as caught:
        Store(url)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("now", "days", "first"),
    [
        ("2026-11-22T00:30+01:00", 1, "2026-11-22T00:00+01:00"),
        ("2026-11-22T23:30+01:00", 7, "2026-11-16T00:00+01:00"),
        ("2026-03-30T10:00+02:00", 2, "2026-03-29T00:00+01:00"),  # summer time began on the 29th
        ("2026-10-26T10:00+01:00", 2, "2026-10-25T00:00+02:00"),
    ],
)
def test_days_begin_at_local_midnight(now: str, days: int, first: str):
    zone = ZoneInfo("Europe/Berlin")
    assert first_moment(days, datetime.fromisoformat(now), zone) == datetime.fromisoformat(first)
