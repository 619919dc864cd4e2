"""Shared fixtures: private settings, a real Redis server, workouts, models and recordings."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.errors import ModelError
from hiitpi.live.redis_process import start_redis, stop_redis
from hiitpi.pose.catalog import Catalog
from hiitpi.pose.engine import Engine, open_engine
from hiitpi.settings import ROOT, Settings
from hiitpi.system.ports import free_port

#: Recordings, clips and models beside the checkout. Tests that need them are skipped without it.
SHARED = ROOT.parent / "shared"

MIRROR = Path(os.environ.get("HIITPI_MODEL_MIRROR", SHARED / "models"))


# No deadline: on a machine that is busy with other tests, a slow example is not a failure.
hypothesis_settings.register_profile("hiitpi", deadline=None)
hypothesis_settings.load_profile("hiitpi")


def pytest_addoption(parser: pytest.Parser) -> None:
    device = parser.getgroup("device", "checks of a running device: tests/browser/test_device.py")
    device.addoption("--device", metavar="URL", help="its address, e.g. http://hiitpi.local")
    device.addoption("--code", help="its house code")


def pytest_configure(config: pytest.Config) -> None:
    """Handle SIGTERM like Ctrl-C, so that a terminated run stops the apps it has started."""
    if not hasattr(config, "workerinput"):  # not in xdist's workers: the main process does it
        signal.signal(signal.SIGTERM, signal.default_int_handler)


#: The files that take longest, mostly waiting for other processes. They start first: a worker runs
#: a whole file, and at the end one would be busy while the others have nothing left.
SLOW_FILES = (
    "test_chaos.py",
    "test_bench.py",
    "test_cli.py",
    "test_mqtt.py",
    "test_heart_rate_monitor.py",
    "test_wsgi_server.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the slow files first; the order is otherwise that of collection."""
    rank = {name: number for number, name in enumerate(SLOW_FILES)}
    items.sort(key=lambda item: rank.get(item.path.name, len(rank)))


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove HIITPI_* from the environment, so that the developer's settings have no effect."""
    for name in [name for name in os.environ if name.startswith("HIITPI_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return settings with a temporary instance folder and a free port on loopback."""
    return Settings(
        instance=tmp_path / "instance", host="127.0.0.1", port=free_port(), camera="athlete"
    )


@pytest.fixture
def redis(settings: Settings) -> Iterator[Settings]:
    """Start a real Redis server for the settings, and return them."""
    settings.logs.mkdir(parents=True)
    server = start_redis(settings)
    yield settings
    stop_redis(settings, server)


@pytest.fixture
def library() -> WorkoutLibrary:
    """Return the shipped workouts."""
    return WorkoutLibrary()


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """Return the catalog of models, which downloads missing ones into `models/`."""
    return Catalog(mirror=MIRROR if MIRROR.is_dir() else None)


def engine(name: str, catalog: Catalog) -> Engine:
    """Return the engine of a model; skip the test if the model cannot be downloaded."""
    try:
        catalog.fetch(name)
    except ModelError as error:
        if "Check the internet connection" not in str(error):
            raise
        pytest.skip(str(error))
    return open_engine(name, catalog)


def shared(path: str) -> Path:
    """Return a path in the shared folder; skip the test if it does not exist."""
    target = SHARED / path
    if not target.exists():
        pytest.skip(f"no {target} on this machine")
    return target
