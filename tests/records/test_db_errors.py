"""Messages for database errors, each of which is provoked in a real database."""

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
    """Return the path of an SQLite database with one session."""
    store = Store(f"sqlite:///{tmp_path / 'hiitpi.sqlite'}")
    store.save(record())
    store.close()
    return tmp_path / "hiitpi.sqlite"


def assert_error(store: Store, words: str) -> None:
    """Assert that saving fails with a one-line message that contains words and the database."""
    with pytest.raises(RecordsError, match=words) as caught:
        store.save(record())
    assert "hiitpi.sqlite" in str(caught.value)
    assert "\n" not in str(caught.value)
    store.close()


def test_locked(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hiitpi.records.database.BUSY_TIMEOUT_S", 0.1)
    store = Store(f"sqlite:///{path}")
    assert store.session(record().uuid) is None
    other_client = sqlite3.connect(path)
    other_client.execute("BEGIN EXCLUSIVE")
    assert_error(store, "locked by another program")
    other_client.close()
    store.save(record())  # works again once the lock is gone
    store.close()


def test_read_only(path: Path):
    store = Store(f"sqlite:///file:{path}?mode=ro&uri=true")
    assert_error(store, "read-only. Make file and folder writable")


def test_full(path: Path):
    store = Store(f"sqlite:///{path}")
    with store.database.writing() as db:
        pages = db.execute(text("PRAGMA page_count")).scalar()
        db.execute(text(f"PRAGMA max_page_count={pages}"))
    sessions = [record() for _ in range(100)]
    with pytest.raises(RecordsError, match="the disk is full"):
        store.import_sessions(sessions)
    assert store.history.sessions("Ada")[1] == 1  # none of the sessions was imported
    store.close()


def test_damaged(path: Path):
    content = bytearray(path.read_bytes())
    content[4096:] = b"x" * (len(content) - 4096)
    path.write_bytes(content)
    assert_error(Store(f"sqlite:///{path}"), "is damaged. Restore a backup")


def test_database_of_a_newer_version(path: Path):
    with sqlite3.connect(path) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    assert_error(Store(f"sqlite:///{path}"), "from a newer version")


def test_missing_folder(tmp_path: Path):
    assert_error(
        Store(f"sqlite:///{tmp_path / 'nowhere' / 'hiitpi.sqlite'}"), "Does its folder exist"
    )


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://hiitpi@127.0.0.1:1/hiitpi", "is unreachable"),
        ("postgresql://hiitpi@/nowhere?host={host}", "create the database"),
    ],
)
def test_an_unreachable_server_or_a_missing_database(postgresql: str, url: str, words: str):
    store = Store(url.format(host=postgresql.partition("host=")[2]))
    with pytest.raises(RecordsError, match=words):
        store.save(record())
    store.close()


def test_an_unreachable_server_is_not_contacted_by_every_call(monkeypatch: pytest.MonkeyPatch):
    """Otherwise each page would wait for a timeout; the checkpoint writer retries every second."""
    store = Store("postgresql://hiitpi@127.0.0.1:1/hiitpi")
    with pytest.raises(RecordsError, match="is unreachable"):
        store.save(record())
    connects: list[object] = []
    monkeypatch.setattr(store.database.engine.dialect, "connect", lambda **_: connects.append(1))
    with pytest.raises(RecordsError, match="is unreachable"):
        store.players.all()
    assert not connects
    store.close()


def test_an_error_reported_by_the_server_does_not_delay_the_next_call(postgresql: str):
    store = Store(postgresql.format("nowhere"))
    for _ in range(2):
        with pytest.raises(RecordsError, match="create the database"):
            store.save(record())
    store.close()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("new_url", ["postgresql"], indirect=True)
def test_a_client_lost_mid_transaction_does_not_block_other_writers(
    monkeypatch: pytest.MonkeyPatch, store: Store
):
    """The server ends its idle transaction, so that its locks do not block a retry of the write."""
    monkeypatch.setattr(database, "IDLE_TX_TIMEOUT_S", 1.0)
    lost_client = Store(store.database.engine.url.render_as_string(hide_password=False))
    with lost_client.database.engine.connect() as connection:
        connection.execute(text("LOCK TABLE session"))
        store.save(record())  # blocks until the lock is released
        with pytest.raises(SQLAlchemyError, match="idle-in-transaction"):
            connection.execute(text("SELECT 1"))
    lost_client.close()
