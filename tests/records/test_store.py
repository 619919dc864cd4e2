import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, inspect, text

from hiitpi.coach.messages import Repetition, SessionRecord
from hiitpi.errors import RecordsError
from hiitpi.records.players import clean_name, name_key
from hiitpi.records.schema import Base
from hiitpi.records.store import Store, Total, first_moment

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path):
    store = Store(f"sqlite:///{tmp_path / 'records.sqlite'}")
    store.migrate()
    yield store
    store.close()


def rep(number: int) -> Repetition:
    return Repetition(number, number * 1.5, 1.0, 0.9, 1.0, 90.0 + number, ("Hands higher",))


def record(**changes: object) -> SessionRecord:
    given = SessionRecord(
        uuid=str(uuid4()),
        player="Ada",
        workout="squat",
        started=NOW.timestamp() - 60,
        ended=NOW.timestamp(),
        status="finished",
        reps=2,
        attempts=1,
        pace=1.0,
        score=91.5,
        station="home",
        model="blazepose",
        series=(rep(1), rep(2)),
    )
    return replace(given, **changes)


def test_what_is_stored_comes_back(store: Store):
    one = record()
    store.save(one)
    assert store.session(one.uuid) == one
    assert store.session(str(uuid4())) is None


def test_the_same_session_twice_is_one(store: Store):
    one = record()
    store.save(one)
    store.save(replace(one, reps=50))
    assert [s.reps for s in store.history("Ada")] == [2]


def test_checkpoints_grow_and_done_ends(store: Store):
    one = record(status="active", ended=None, reps=1, series=(rep(1),))
    store.save(one)
    assert store.running("home") == one
    assert store.history("Ada") == []
    store.save(replace(one, reps=2, series=(rep(1), rep(2))))
    assert store.running("home").reps == 2
    store.save(
        replace(one, reps=2, series=(rep(1), rep(2)), status="finished", ended=NOW.timestamp())
    )
    assert store.running("home") is None
    assert store.history("Ada")[0].reps == 2


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
    assert store.players() == ["Zoë"]
    assert len(store.history("zoË")) == 4
    assert store.totals(NOW.replace(year=2000)) == [Total("Zoë", "squat", 8, 4)]


@pytest.mark.parametrize("name", ["=1+1", 'a,"b"', "<b>x</b>", "😀", "שלום", "a" * 40, "'; --"])
def test_any_name_is_kept_as_it_is(store: Store, name: str):
    store.save(record(player=name))
    assert store.players() == [name]
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
        store.save(record(player=player, workout=workout, reps=reps, ended=ended, series=()))
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
