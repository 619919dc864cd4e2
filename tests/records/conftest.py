"""Real databases: SQLite, and a PostgreSQL of Debian's package, started for the tests."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from hiitpi.records.store import Store


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a server's databases, without a name: a private one on a socket of its own."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not versions:
        pytest.skip("no PostgreSQL on this machine: ./setup.sh test installs it")
    binaries = versions[-1].parent
    folder = Path("/tmp") / f"hiitpi-pg-{uuid4().hex[:8]}"  # a socket's path must be short
    folder.mkdir(mode=0o700)
    user: list[str] = []
    if os.geteuid() == 0:  # it refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]

    def run(*command: str) -> None:
        subprocess.run([*user, *command], check=True, cwd=folder, stdout=subprocess.DEVNULL)

    data = folder / "data"
    run(str(binaries / "initdb"), "-D", str(data), "-A", "trust", "-U", "hiitpi", "--no-sync")
    options = f"-c listen_addresses='' -c fsync=off -k {folder}"
    control = [str(binaries / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log")]
    run(*control, "-o", options, "start")
    yield f"postgresql+psycopg://hiitpi@/{{}}?host={folder}"
    run(*control, "-m", "immediate", "stop")
    shutil.rmtree(folder)


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.xdist_group("postgresql"))]
)
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
    """A record book with nothing in it."""
    store = Store(url)
    store.migrate()
    yield store
    store.close()
