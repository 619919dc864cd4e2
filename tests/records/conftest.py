"""Real databases: SQLite, and a PostgreSQL of Debian's package, started for the tests."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from hiitpi.records.sessions import Store
from tests.support.postgresql import BINARIES, postgresql_server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a server's databases, without a name: a private one on a socket of its own."""
    if not BINARIES:
        pytest.skip("no PostgreSQL on this machine: ./setup.sh test installs it")
    with postgresql_server() as server:
        yield server.url("{}")


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes empty databases."""

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
    """An empty database."""
    return new_url()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A database with nothing in it."""
    store = Store(url)
    store.migrate()
    yield store
    store.close()
