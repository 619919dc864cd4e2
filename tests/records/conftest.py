"""Real databases: SQLite, and a PostgreSQL server from Debian's package, started for the tests."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from hiitpi.records.sessions import Store
from tests.support.postgresql import BINARIES, postgresql_server
from tests.support.session_factory import NOW


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Start a private server on its own socket; the URL has a placeholder for the database."""
    if not BINARIES:
        pytest.skip("no PostgreSQL on this machine: ./setup.sh test installs it")
    with postgresql_server() as server:
        yield server.url("{}")


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Return a factory of empty databases, which returns their URLs."""

    def sqlite() -> str:
        return f"sqlite:///{tmp_path / uuid4().hex}.sqlite"

    def postgres() -> str:
        url = request.getfixturevalue("postgresql")
        name = f"t{uuid4().hex}"
        engine = create_engine(url.format("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} STRATEGY file_copy"))
        engine.dispose()
        return url.format(name)

    return {"sqlite": sqlite, "postgresql": postgres}[request.param]


@pytest.fixture
def url(new_url: Callable[[], str]) -> str:
    """Return the URL of an empty database."""
    return new_url()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """Open a migrated database without rows."""
    store = Store(url)
    store.migrate()
    yield store
    store.close()


class FakeTime:
    """The time of a database, which the test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def timed_store(url: str, time: FakeTime) -> Iterator[Store]:
    """Open a migrated database without rows, whose time the test sets."""
    store = Store(url, now=time)
    store.migrate()
    yield store
    store.close()
