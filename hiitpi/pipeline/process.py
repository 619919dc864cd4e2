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
from hiitpi.camera.factory import open_camera
from hiitpi.coach.messages import SessionRecord
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.errors import RecordsError
from hiitpi.live.publisher import Publisher
from hiitpi.live.redis_client import CONNECT_TIMEOUT_S, connect
from hiitpi.pipeline.checkpoint_writer import CheckpointWriter
from hiitpi.pipeline.pipeline import Pipeline
from hiitpi.pipeline.session_journal import PendingSession, SessionJournal
from hiitpi.pose.catalog import Catalog
from hiitpi.pose.engine import Engine, open_engine
from hiitpi.records.sessions import Store
from hiitpi.settings import Settings
from hiitpi.system.host import malloc_trim
from hiitpi.system.process import Stop

log = logging.getLogger(__name__)

#: Python's collector looks for cycles after so many new objects, not after 700; we make none.
GC_THRESHOLDS: Final = (20_000, 20, 20)

#: A session that was left longer ago than this (seconds) is over; a crash takes moments.
RESUME_WITHIN_S: Final = 600.0


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
    library = WorkoutLibrary(settings.workouts_dir)
    journal = SessionJournal(settings.instance, time.time, time.monotonic)
    recorder = CheckpointWriter(store.save, settings.instance / "unsaved", journal.sync)
    bus = Publisher(connect(settings.redis(0), CONNECT_TIMEOUT_S), settings.station)
    opens = partial(camera, settings), partial(engine, settings)
    trainer = Pipeline(settings, *opens, library, bus, recorder, journal, clock)
    try:
        with suppress(RecordsError):  # it is told when a session is to be stored
            store.purge_deleted()
        left = find_resumable_session(
            store, journal, settings.station, time.time(), recorder.waiting
        )
        if left:
            trainer.resume(left)
        gc.collect()
        malloc_trim()
        gc.freeze()  # what is there now stays: the collector need not look at it again and again
        gc.set_threshold(*GC_THRESHOLDS)
        while not stop.is_set():
            trainer.step()
            if not trainer.stalled:
                beat()
    finally:
        trainer.close()
        store.close()


def find_resumable_session(
    store: Store,
    journal: SessionJournal,
    station: str,
    now: float,
    waiting: frozenset[str] = frozenset(),
) -> SessionRecord | None:
    """The session to go on with; all others that nobody ended are closed.

    What the record book knows of sessions that are `waiting` to be written is old.
    """
    kept = journal.read()
    if kept and kept.record.station != station:
        kept = None
    try:
        left = _newest(store, kept, station, now, waiting)
        if left and left.age_s > RESUME_WITHIN_S:
            store.save(left.record)  # with what only the journal knew
            left = None
        store.close_running(station, but={*waiting, *([left.record.uuid] if left else [])})
    except RecordsError as error:
        log.error("The record book cannot be asked for sessions: %s", error)
        return kept.record if kept and kept.age_s <= RESUME_WITHIN_S else None
    if left is None:
        journal.end()
    return left.record if left else None


def _newest(
    store: Store, kept: PendingSession | None, station: str, now: float, waiting: frozenset[str]
) -> PendingSession | None:
    """The journal knows every repetition; the record book may be a second behind."""
    if kept:
        stored = store.session(kept.record.uuid)
        if stored is None or stored.status == "active":
            return kept
    running = store.running(station)
    if running is None or running.uuid in waiting:
        return None
    return PendingSession(running, now - _last(running))


def _last(record: SessionRecord) -> float:
    """When a session was last heard of, seconds since the epoch."""
    return record.started + max((one.began + one.seconds for one in record.sets), default=0.0)
