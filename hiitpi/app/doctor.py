"""Looks at everything the app needs, and says what to do about what is missing."""

import os
import platform
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from hiitpi.errors import HiitPiError
from hiitpi.settings import Settings
from hiitpi.system.host import HOT_CELSIUS, temperature

#: Free bytes below which a session may not be stored any more.
MIN_FREE_DISK_BYTES: Final = 200_000_000


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Attributes:
        good: whether it is as it should be.
        what: what was looked at.
        says: what was found, or what is wrong and what to do.
        needed: whether the app cannot run when it is not good.
    """

    good: bool
    what: str
    says: str
    needed: bool = True

    def __str__(self) -> str:
        return f"{'✓' if self.good else '✗'} {self.what:<12} {self.says}"


def examine(settings: Settings) -> Iterator[Finding]:
    """Everything, in the order of the way of a frame."""
    yield from _python()
    looks: tuple[tuple[str, Callable[[Settings], str], bool], ...] = (
        ("camera", _camera, True),
        ("accelerator", _accelerator, settings.accelerator == "edgetpu"),
        ("models", _models, True),
        ("workouts", _workouts, True),
        ("redis", _redis, True),
        *([("club", _club, False)] if settings.redis_url else []),
        ("database", _database, True),
        ("port", _port, False),
        ("disk", _disk, True),
    )
    for what, look, needed in looks:
        try:
            yield Finding(True, what, look(settings), needed)
        except (HiitPiError, OSError) as error:
            yield Finding(False, what, str(error).splitlines()[0], needed)
    yield from _temperature()
    yield from _throttling()


def _python() -> Iterator[Finding]:
    yield Finding(True, "machine", f"{platform.machine()}, Python {platform.python_version()}")
    for package in ("ai-edge-litert", "opencv-python-headless", "dash"):
        try:
            yield Finding(True, "runtime", f"{package} {version(package)}")
        except PackageNotFoundError:
            yield Finding(False, "runtime", f"{package} is missing; ./setup.sh run installs it")


def _camera(settings: Settings) -> str:
    from hiitpi.camera.factory import open_camera

    if settings.own_station is None:
        return "none, as set: this machine shows the other stations of the club"
    status = _app(settings)
    if status:  # it has the camera, and would not share it
        if status["trouble"]:
            raise OSError(status["trouble"])
        return f"{status['camera']}; HIIT PI is open and uses it"
    camera = open_camera(settings)
    try:
        frame = camera.read(0, 6.0)
        if frame is None:
            raise OSError(f"The {camera.title} gives no picture.")
        height, width = frame.image.shape[:2]
        drawn = "; no camera was found" if camera.drawn and settings.camera == "auto" else ""
        return f"{camera.title}, {width}x{height}{drawn}"
    finally:
        camera.close()


def _app(settings: Settings) -> dict[str, Any] | None:
    """What the trainer of this instance says of itself; None: it does not run."""
    import redis

    from hiitpi.live.redis_client import connect
    from hiitpi.live.subscriber import Subscriber

    bus = Subscriber(connect(settings.redis(0)), settings.station)
    try:
        return bus.status() if bus.here() else None
    except redis.RedisError:
        return None


def _accelerator(settings: Settings) -> str:
    from hiitpi.pose.accelerator import edgetpu_interpreter, edgetpu_present

    if settings.accelerator == "cpu":
        return "CPU, as set"
    if not edgetpu_present():
        if settings.accelerator == "edgetpu":
            raise OSError("No Edge TPU is plugged in. Plug it in, or set HIITPI_ACCELERATOR=cpu.")
        return "CPU; no Edge TPU is plugged in"
    edgetpu_interpreter()
    return "Edge TPU"


def _models(settings: Settings) -> str:
    from hiitpi.pose.catalog import Catalog
    from hiitpi.pose.engine import model_of, open_engine

    if settings.own_station is None:
        return "none needed without a camera"
    catalog = Catalog(mirror=settings.model_mirror)
    name = model_of(settings.model)
    if not catalog.have(name):
        raise OSError(f"{name} is not here. Type: python -m hiitpi models fetch {name}")
    return f"{open_engine(name, catalog, settings.threads).name} runs"


def _workouts(settings: Settings) -> str:
    from hiitpi.coach.rules.workout_library import WorkoutLibrary

    return f"{len(WorkoutLibrary(settings.workouts_dir))} found"


def _redis(settings: Settings) -> str:
    from hiitpi.live.redis_process import check_redis
    from hiitpi.system.urls import without_password

    if settings.own_redis_url:
        check_redis(settings.redis(0), "HIITPI_OWN_REDIS_URL")
        return f"{without_password(settings.own_redis_url)} answers"
    program = shutil.which("redis-server")
    if program is None:
        raise OSError("redis-server is missing. Type: sudo apt-get install redis-server")
    return program


def _club(settings: Settings) -> str:
    """Training goes on without it, so it is not needed."""
    from hiitpi.live.redis_process import check_redis
    from hiitpi.live.relay import check_name
    from hiitpi.system.urls import without_password

    assert settings.redis_url is not None
    check_redis(settings.redis_url, "HIITPI_REDIS_URL")
    who = settings.own_station
    if who:
        check_name(settings)
    about = f"this station is “{who}”" if who else "this machine shows its stations"
    return f"{without_password(settings.redis_url)} answers; {about}"


def _database(settings: Settings) -> str:
    from hiitpi.records.sessions import Store

    settings.make_instance()
    store = Store(settings.database, settings.zone)
    try:
        store.migrate()
        return f"{len(store.players.all())} players"
    finally:
        store.close()


def _port(settings: Settings) -> str:
    from hiitpi.app.supervisor import is_healthy

    try:
        with socket.create_server((settings.host, settings.port)):
            return f"{settings.port} is free"
    except OSError:
        with suppress(OSError):
            if is_healthy(settings):
                return f"{settings.port}: HIIT PI is open"
        raise


def _disk(settings: Settings) -> str:
    folder = settings.instance if settings.instance.exists() else settings.instance.parent
    if not os.access(folder, os.W_OK):
        raise OSError(f"{folder} cannot be written to; choose another HIITPI_INSTANCE")
    free = shutil.disk_usage(folder).free
    if free < MIN_FREE_DISK_BYTES:
        raise OSError(f"only {free / 1e6:.0f} MB are free; make room")
    return f"{free / 1e9:.1f} GB free"


def _temperature(root: Path = Path("/")) -> Iterator[Finding]:
    """Of the processor, where the kernel tells."""
    degrees = temperature(root)
    if degrees is None:
        return
    says = f"{degrees:.0f} °C" + ("" if degrees < HOT_CELSIUS else "; it slows down: give it a fan")
    yield Finding(degrees < HOT_CELSIUS, "temperature", says, needed=False)


def _throttling(root: Path = Path("/")) -> Iterator[Finding]:
    """On a Raspberry Pi: whether its power supply is too weak, now or since it was started."""
    try:
        bits = int((root / "sys/devices/platform/soc/soc:firmware/get_throttled").read_text(), 16)
    except (OSError, ValueError):
        return
    weak = bool(bits & 0x50005)  # under-voltage or throttled: bits 0 and 2 now, 16 and 18 ever
    says = "throttled or under-voltage: use the Pi's own power supply" if weak else "none"
    yield Finding(not weak, "throttling", says, needed=False)
