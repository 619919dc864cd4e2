"""Checks everything the app needs and suggests a fix for each problem."""

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

#: Free disk space below which sessions may no longer be saved.
MIN_FREE_DISK_BYTES: Final = 200_000_000


@dataclass(frozen=True)
class Finding:
    """The result of one check: one line of the report.

    Attributes:
        ok: whether the check passed.
        name: what was checked.
        message: what was found, or what is wrong and how to fix it.
        required: whether the app cannot run while this check fails.
    """

    ok: bool
    name: str
    message: str
    required: bool = True

    def __str__(self) -> str:
        return f"{'✓' if self.ok else '✗'} {self.name:<12} {self.message}"


def examine(settings: Settings) -> Iterator[Finding]:
    """Run all checks, from the camera to the disk: the order in which a frame meets them."""
    yield from _check_runtime()
    checks: tuple[tuple[str, Callable[[Settings], str], bool], ...] = (
        ("camera", _check_camera, True),
        ("accelerator", _check_accelerator, settings.accelerator == "edgetpu"),
        ("models", _check_models, True),
        ("workouts", _check_workouts, True),
        ("redis", _check_redis, True),
        *([("club", _check_club, False)] if settings.redis_url else []),
        ("database", _check_database, True),
        ("port", _check_port, False),
        ("disk", _check_disk, True),
    )
    for name, check, required in checks:
        try:
            yield Finding(True, name, check(settings), required)
        except (HiitPiError, OSError) as error:
            yield Finding(False, name, str(error).splitlines()[0], required)
    yield from _check_temperature()
    yield from _check_throttling()


def _check_runtime() -> Iterator[Finding]:
    yield Finding(True, "machine", f"{platform.machine()}, Python {platform.python_version()}")
    for package in ("ai-edge-litert", "opencv-python-headless", "dash"):
        try:
            yield Finding(True, "runtime", f"{package} {version(package)}")
        except PackageNotFoundError:
            yield Finding(False, "runtime", f"{package} is missing; ./setup.sh run installs it")


def _check_camera(settings: Settings) -> str:
    from hiitpi.camera.factory import open_camera

    if settings.own_station is None:
        return "none (HIITPI_CAMERA=none): this machine shows the club's other stations"
    status = _pipeline_status(settings)
    if status:  # a camera can be opened by one process at a time
        if status["trouble"]:
            raise OSError(status["trouble"])
        return f"{status['camera']}; in use by HIIT PI, which is running"
    camera = open_camera(settings)
    try:
        frame = camera.read(0, 6.0)
        if frame is None:
            raise OSError(f"The {camera.title} returns no frames.")
        height, width = frame.image.shape[:2]
        is_fallback = camera.synthetic and settings.camera == "auto"
        note = "; no camera was found" if is_fallback else ""
        return f"{camera.title}, {width}x{height}{note}"
    finally:
        camera.close()


def _pipeline_status(settings: Settings) -> dict[str, Any] | None:
    """Return the status published by this instance's pipeline; None if it is not running."""
    import redis

    from hiitpi.live.redis_client import connect
    from hiitpi.live.subscriber import Subscriber

    bus = Subscriber(connect(settings.redis(0)), settings.station)
    try:
        return bus.status() if bus.is_online() else None
    except redis.RedisError:
        return None


def _check_accelerator(settings: Settings) -> str:
    from hiitpi.pose.accelerator import edgetpu_interpreter, edgetpu_present

    if settings.accelerator == "cpu":
        return "CPU (HIITPI_ACCELERATOR=cpu)"
    if not edgetpu_present():
        if settings.accelerator == "edgetpu":
            raise OSError("No Edge TPU is plugged in. Plug it in, or set HIITPI_ACCELERATOR=cpu.")
        return "CPU; no Edge TPU is plugged in"
    edgetpu_interpreter()
    return "Edge TPU"


def _check_models(settings: Settings) -> str:
    from hiitpi.pose.auto_model import measured_fps, open_auto_engine
    from hiitpi.pose.catalog import Catalog
    from hiitpi.pose.engine import model_of, open_engine

    if settings.own_station is None:
        return "not required without a camera"
    catalog = Catalog(mirror=settings.model_mirror)
    name = model_of(settings.model)
    if not catalog.is_available(name):
        raise OSError(f"{name} is not downloaded. Type: python -m hiitpi models fetch {name}")
    if settings.model != "auto":
        return f"{open_engine(name, catalog, settings.threads).name} works"
    engine = open_auto_engine(catalog, settings.threads, settings.accelerator, settings.instance)
    fps = measured_fps(settings.instance, engine.name) or 0
    return f"{engine.name} works, chosen automatically (up to {fps:.0f} frames/s)"


def _check_workouts(settings: Settings) -> str:
    from hiitpi.coach.rules.workout_library import WorkoutLibrary

    return f"{len(WorkoutLibrary(settings.workouts_dir))} found"


def _check_redis(settings: Settings) -> str:
    from hiitpi.live.redis_process import check_redis
    from hiitpi.system.urls import without_password

    if settings.own_redis_url:
        check_redis(settings.redis(0), "HIITPI_OWN_REDIS_URL")
        return f"{without_password(settings.own_redis_url)} answers"
    program = shutil.which("redis-server")
    if program is None:
        raise OSError("redis-server is not installed. Type: sudo apt-get install redis-server")
    return program


def _check_club(settings: Settings) -> str:
    """Check the club's Redis; not required, because a station also works offline."""
    from hiitpi.live.redis_process import check_redis
    from hiitpi.live.relay import check_name
    from hiitpi.system.urls import without_password

    assert settings.redis_url is not None
    check_redis(settings.redis_url, "HIITPI_REDIS_URL")
    station = settings.own_station
    if station:
        check_name(settings)
    role = f"this station is “{station}”" if station else "this machine shows its stations"
    return f"{without_password(settings.redis_url)} answers; {role}"


def _check_database(settings: Settings) -> str:
    from hiitpi.records.sessions import Store

    settings.make_instance()
    store = Store(settings.database, settings.zone)
    try:
        store.migrate()
        return f"{len(store.players.all())} players"
    finally:
        store.close()


def _check_port(settings: Settings) -> str:
    from hiitpi.app.supervisor import is_healthy

    try:
        with socket.create_server((settings.host, settings.port)):
            return f"{settings.port} is free"
    except OSError:
        with suppress(OSError):
            if is_healthy(settings):
                return f"{settings.port}: HIIT PI is running"
        raise


def _check_disk(settings: Settings) -> str:
    folder = settings.instance if settings.instance.exists() else settings.instance.parent
    if not os.access(folder, os.W_OK):
        raise OSError(f"{folder} is not writable; set HIITPI_INSTANCE to another folder")
    free = shutil.disk_usage(folder).free
    if free < MIN_FREE_DISK_BYTES:
        raise OSError(f"only {free / 1e6:.0f} MB free; free up disk space")
    return f"{free / 1e9:.1f} GB free"


def _check_temperature(root: Path = Path("/")) -> Iterator[Finding]:
    """Check the CPU temperature, where the kernel exposes it."""
    degrees = temperature(root)
    if degrees is None:
        return
    ok = degrees < HOT_CELSIUS
    message = f"{degrees:.0f} °C" + ("" if ok else "; the CPU is throttled: add a fan")
    yield Finding(ok, "temperature", message, required=False)


def _check_throttling(root: Path = Path("/")) -> Iterator[Finding]:
    """Check a Raspberry Pi for under-voltage and throttling, now or at any time since boot."""
    try:
        bits = int((root / "sys/devices/platform/soc/soc:firmware/get_throttled").read_text(), 16)
    except (OSError, ValueError):
        return
    # Under-voltage and throttled: bits 0 and 2 now, bits 16 and 18 since boot.
    throttled = bool(bits & 0x50005)
    message = "throttled or under-voltage: use the Pi's own power supply" if throttled else "none"
    yield Finding(not throttled, "throttling", message, required=False)
