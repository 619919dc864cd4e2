"""Databases in trouble: real ones, really in trouble."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from hiitpi.errors import RecordsError
from hiitpi.records import database
from hiitpi.records.sessions import Store
from tests.support.session_factory import record


@pytest.fixture
def path(tmp_path: Path) -> Path:
    store = Store(f"sqlite:///{tmp_path / 'hiitpi.sqlite'}")
    store.save(record())
    store.close()
    return tmp_path / "hiitpi.sqlite"


def says(store: Store, words: str) -> None:
    with pytest.raises(RecordsError, match=words) as caught:
        store.save(record())
    assert "hiitpi.sqlite" in str(caught.value)
    assert "\n" not in str(caught.value)
    store.close()


def test_locked(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hiitpi.records.database.BUSY_TIMEOUT_S", 0.1)
    store = Store(f"sqlite:///{path}")
    assert store.session(record().uuid) is None
    other = sqlite3.connect(path)
    other.execute("BEGIN EXCLUSIVE")
    says(store, "locked by another program")
    other.close()
    store.save(record())  # afterwards it is as before
    store.close()


def test_read_only(path: Path):
    store = Store(f"sqlite:///file:{path}?mode=ro&uri=true")
    says(store, "read-only. Make file and folder writable")


def test_full(path: Path):
    store = Store(f"sqlite:///{path}")
    with store.database.writing() as db:
        pages = db.execute(text("PRAGMA page_count")).scalar()
        db.execute(text(f"PRAGMA max_page_count={pages}"))
    many = [record() for _ in range(100)]
    with pytest.raises(RecordsError, match="the disk is full"):
        store.import_sessions(many)
    assert store.history.sessions("Ada")[1] == 1  # all or nothing
    store.close()


def test_damaged(path: Path):
    content = bytearray(path.read_bytes())
    content[4096:] = b"x" * (len(content) - 4096)
    path.write_bytes(content)
    says(Store(f"sqlite:///{path}"), "is damaged. Restore a backup")


def test_from_a_newer_version(path: Path):
    with sqlite3.connect(path) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    says(Store(f"sqlite:///{path}"), "from a newer version")


def test_no_folder(tmp_path: Path):
    says(Store(f"sqlite:///{tmp_path / 'nowhere' / 'hiitpi.sqlite'}"), "Does its folder exist")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://hiitpi@127.0.0.1:1/hiitpi", "is unreachable"),
        ("postgresql://hiitpi@/nowhere?host={host}", "create the database"),
    ],
)
def test_a_server_that_is_away_or_has_no_such_database(postgresql: str, url: str, words: str):
    store = Store(url.format(host=postgresql.partition("host=")[2]))
    with pytest.raises(RecordsError, match=words):
        store.save(record())
    store.close()


def test_a_server_that_is_away_is_not_asked_at_every_turn(monkeypatch: pytest.MonkeyPatch):
    """Pages would wait for it each time; the recorder tries again every second."""
    store = Store("postgresql://hiitpi@127.0.0.1:1/hiitpi")
    with pytest.raises(RecordsError, match="is unreachable"):
        store.save(record())
    asked: list[object] = []
    monkeypatch.setattr(store.database.engine.dialect, "connect", lambda **_: asked.append(1))
    with pytest.raises(RecordsError, match="is unreachable"):
        store.players.all()
    assert not asked
    store.close()


def test_what_the_server_answers_itself_is_asked_again_at_once(postgresql: str):
    store = Store(postgresql.format("nowhere"))
    for _ in range(2):
        with pytest.raises(RecordsError, match="create the database"):
            store.save(record())
    store.close()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("new_url", ["postgresql"], indirect=True)
def test_a_writer_that_was_cut_off_in_the_middle_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch, store: Store
):
    """The server hears nothing more of it, and its session is to be written again."""
    monkeypatch.setattr(database, "IDLE_TX_TIMEOUT_S", 1.0)
    cut = Store(store.database.engine.url.render_as_string(hide_password=False))
    with cut.database.engine.connect() as connection:
        connection.execute(text("LOCK TABLE session"))
        store.save(record())  # waits for that
        with pytest.raises(SQLAlchemyError, match="idle-in-transaction"):
            connection.execute(text("SELECT 1"))
    cut.close()
