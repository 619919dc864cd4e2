"""The trainer as a process."""

import logging
import signal
import threading
import time
from collections.abc import Callable
from typing import Final

from hiitpi.camera.base import Camera
from hiitpi.camera.finder import open_camera
from hiitpi.coach.library import Library
from hiitpi.coach.messages import SessionRecord
from hiitpi.errors import RecordsError
from hiitpi.live.bus import Publisher, connect
from hiitpi.pose.catalog import Catalog
from hiitpi.pose.engine import Engine, open_engine
from hiitpi.records.store import Store
from hiitpi.settings import Settings
from hiitpi.trainer.recorder import Recorder
from hiitpi.trainer.trainer import Trainer

log = logging.getLogger(__name__)

#: A session that was left longer ago than this (seconds) is over; a crash takes moments.
RESUME: Final = 600.0


def run(
    settings: Settings,
    camera: Callable[[Settings], Camera] = open_camera,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Train until SIGTERM or SIGINT.

    Args:
        settings: of this station.
        camera: opens the camera, which must go by the same clock.
        clock: monotonic seconds.

    Raises:
        HiitPiError: the camera, the model or the record book cannot be used.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    store = Store(settings.database, settings.zone)
    library = Library(settings.workouts_dir)
    catalog = Catalog(mirror=settings.model_mirror)

    def engine() -> Engine:
        return open_engine(settings.model, catalog, settings.threads, settings.accelerator)

    recorder = Recorder(store.save, settings.instance / "unsaved")
    bus = Publisher(connect(settings.redis(0)), settings.station)
    trainer = Trainer(settings, lambda: camera(settings), engine, library, bus, recorder, clock)
    try:
        left = _left(store, settings.station, time.time())
        if left:
            trainer.resume(left)
        while not stop.is_set():
            trainer.step()
    finally:
        trainer.close()
        store.close()


def _left(store: Store, station: str, now: float) -> SessionRecord | None:
    """The session to go on with; all others that nobody ended are closed."""
    try:
        return _resumed(store, station, now)
    except RecordsError as error:
        log.error("No session is looked for: %s", error)
        return None


def _resumed(store: Store, station: str, now: float) -> SessionRecord | None:
    left = store.running(station)
    if left:
        last = left.started + max((one.began + one.seconds for one in left.sets), default=0.0)
        if now - last > RESUME:
            left = None
    store.close_running(station, but=left.uuid if left else None)
    return left
