"""What the tests share: places, settings of their own, and a real Redis."""

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

#: Recordings, clips and models beside the checkout; a machine without them skips what needs them.
SHARED = ROOT.parent / "shared"

MIRROR = Path(os.environ.get("HIITPI_MODEL_MIRROR", SHARED / "models"))


# A machine that is busy with other tests takes its time: how long an example takes is no failure.
hypothesis_settings.register_profile("hiitpi", deadline=None)
hypothesis_settings.load_profile("hiitpi")


def pytest_addoption(parser: pytest.Parser) -> None:
    device = parser.getgroup("device", "checks of a running device: tests/browser/test_device.py")
    device.addoption("--device", metavar="URL", help="its address, e.g. http://hiitpi.local")
    device.addoption("--code", help="its house code")


def pytest_configure(config: pytest.Config) -> None:
    """A run that is ended from outside ends the apps it has started, as with Ctrl-C."""
    if not hasattr(config, "workerinput"):  # in xdist's workers it is the main process's business
        signal.signal(signal.SIGTERM, signal.default_int_handler)


#: Files whose tests mostly wait for other processes. They run first, so that others run meanwhile.
SLOW_FILES = ("test_chaos.py", "test_cli.py", "test_clock.py", "test_club.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the slow files first; the order is otherwise that of collection."""
    items.sort(key=lambda item: item.path.name not in SLOW_FILES)


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of whoever runs the tests are not the tests' business."""
    for name in [name for name in os.environ if name.startswith("HIITPI_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with an instance folder of their own and a free port on loopback."""
    return Settings(
        instance=tmp_path / "instance", host="127.0.0.1", port=free_port(), camera="athlete"
    )


@pytest.fixture
def redis(settings: Settings) -> Iterator[Settings]:
    """The settings, with a real Redis running for them."""
    settings.logs.mkdir(parents=True)
    child = start_redis(settings)
    yield settings
    stop_redis(settings, child)


@pytest.fixture
def library() -> WorkoutLibrary:
    """The shipped workouts."""
    return WorkoutLibrary()


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The models; fetched into `models/` when they are not there."""
    return Catalog(mirror=MIRROR if MIRROR.is_dir() else None)


def engine(name: str, catalog: Catalog) -> Engine:
    """The engine of a model; skips the test where the model cannot be had."""
    try:
        catalog.fetch(name)
    except ModelError as error:
        if "Check the internet connection" not in str(error):
            raise
        pytest.skip(str(error))
    return open_engine(name, catalog)


def shared(path: str) -> Path:
    """A file of the shared folder; skips the test where there is none."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"no {found} on this machine")
    return found
