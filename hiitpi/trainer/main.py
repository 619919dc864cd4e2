"""The trainer as a process."""

import gc
import logging
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final

import cv2

from hiitpi.camera.base import Camera
from hiitpi.camera.finder import open_camera
from hiitpi.coach.library import Library
from hiitpi.coach.messages import SessionRecord
from hiitpi.errors import RecordsError
from hiitpi.live.bus import PATIENCE, connect
from hiitpi.live.publisher import Publisher
from hiitpi.machine import give_memory_back
from hiitpi.pose.catalog import Catalog
from hiitpi.pose.engine import Engine, open_engine
from hiitpi.process import Stop
from hiitpi.records.store import Store
from hiitpi.settings import Settings
from hiitpi.trainer.journal import Journal, Left
from hiitpi.trainer.recorder import Recorder
from hiitpi.trainer.trainer import Trainer

log = logging.getLogger(__name__)

#: Python's collector looks for cycles after so many new objects, not after 700; we make none.
GARBAGE: Final = (20_000, 20, 20)

#: A session that was left longer ago than this (seconds) is over; a crash takes moments.
RESUME: Final = 600.0


def _engine(settings: Settings) -> Engine:
    catalog = Catalog(mirror=settings.model_mirror)
    return open_engine(settings.model, catalog, settings.threads, settings.accelerator)


def run(
    settings: Settings,
    camera: Callable[[Settings], Camera] = open_camera,
    clock: Callable[[], float] = time.monotonic,
    engine: Callable[[Settings], Engine] = _engine,
    beat: Callable[[], None] = lambda: None,
) -> None:
    """Train until SIGTERM or SIGINT.

    Args:
        settings: of this station.
        camera: opens the camera, which must go by the same clock.
        clock: monotonic seconds.
        engine: opens the pose engine.
        beat: called with every step: a sign of life.

    Raises:
        HiitPiError: the camera, the model or the record book cannot be used.
    """
    stop = Stop(signal.SIGTERM, signal.SIGINT)
    cv2.setNumThreads(1)  # pictures are small: more threads burn twice the CPU and save nothing
    store = Store(settings.database, settings.zone)
    library = Library(settings.workouts_dir)
    journal = Journal(settings.instance, time.time, time.monotonic)
    recorder = Recorder(store.save, settings.instance / "unsaved", journal.sync)
    bus = Publisher(connect(settings.redis(0), PATIENCE), settings.station)
    opens = partial(camera, settings), partial(engine, settings)
    trainer = Trainer(settings, *opens, library, bus, recorder, journal, clock)
    try:
        with suppress(RecordsError):  # it is told when a session is to be stored
            store.forget()
        left = find_left(store, journal, settings.station, time.time(), recorder.waiting)
        if left:
            trainer.resume(left)
        gc.collect()
        give_memory_back()
        gc.freeze()  # what is there now stays: the collector need not look at it again and again
        gc.set_threshold(*GARBAGE)
        while not stop.is_set():
            trainer.step()
            if not trainer.stalled:
                beat()
    finally:
        trainer.close()
        store.close()


def find_left(
    store: Store, journal: Journal, station: str, now: float, waiting: frozenset[str] = frozenset()
) -> SessionRecord | None:
    """The session to go on with; all others that nobody ended are closed.

    What the record book knows of sessions that are `waiting` to be written is old.
    """
    kept = journal.read()
    if kept and kept.record.station != station:
        kept = None
    try:
        left = _newest(store, kept, station, now, waiting)
        if left and left.ago > RESUME:
            store.save(left.record)  # with what only the journal knew
            left = None
        store.close_running(station, but={*waiting, *([left.record.uuid] if left else [])})
    except RecordsError as error:
        log.error("The record book cannot be asked for sessions: %s", error)
        return kept.record if kept and kept.ago <= RESUME else None
    if left is None:
        journal.end()
    return left.record if left else None


def _newest(
    store: Store, kept: Left | None, station: str, now: float, waiting: frozenset[str]
) -> Left | None:
    """The journal knows every repetition; the record book may be a second behind."""
    if kept:
        stored = store.session(kept.record.uuid)
        if stored is None or stored.status == "active":
            return kept
    running = store.running(station)
    if running is None or running.uuid in waiting:
        return None
    return Left(running, now - _last(running))


def _last(record: SessionRecord) -> float:
    """When a session was last heard of, seconds since the epoch."""
    return record.started + max((one.began + one.seconds for one in record.sets), default=0.0)
