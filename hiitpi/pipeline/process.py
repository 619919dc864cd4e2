"""Entry point of the pipeline process."""

import gc
import logging
import math
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
from hiitpi.pose.auto_model import open_auto_engine
from hiitpi.pose.catalog import Catalog
from hiitpi.pose.engine import Engine, open_engine
from hiitpi.records.replays import ReplayFolder
from hiitpi.records.sessions import Store
from hiitpi.settings import Settings
from hiitpi.system.host import malloc_trim
from hiitpi.system.process import Stop

log = logging.getLogger(__name__)

#: Run Python's cycle collector less often than by default (700 objects); we create no cycles.
GC_THRESHOLDS: Final = (20_000, 20, 20)

#: Seconds between two looks for replays that are too old or of deleted sessions.
PRUNE_EVERY_S: Final = 3600.0

#: Sessions older than this are closed instead of resumed; a restart after a crash takes seconds.
RESUME_WITHIN_S: Final = 600.0


def _engine(settings: Settings) -> Engine:
    catalog = Catalog(mirror=settings.model_mirror)
    if settings.model == "auto":
        return open_auto_engine(catalog, settings.threads, settings.accelerator, settings.instance)
    return open_engine(settings.model, catalog, settings.threads, settings.accelerator)


def run(
    settings: Settings,
    camera: Callable[[Settings], Camera] = open_camera,
    clock: Callable[[], float] = time.monotonic,
    engine: Callable[[Settings], Engine] = _engine,
    beat: Callable[[], None] = lambda: None,
) -> None:
    """Run the pipeline until SIGTERM or SIGINT.

    Args:
        settings: settings of this station.
        camera: opens the camera, which must use the same clock.
        clock: monotonic seconds.
        engine: opens the pose engine.
        beat: heartbeat, called after every step unless a background loop is stalled.

    Raises:
        HiitPiError: the camera, the model or the database cannot be used.
    """
    stop = Stop(signal.SIGTERM, signal.SIGINT)
    cv2.setNumThreads(1)  # images are small: more threads double the CPU time and save nothing
    store = Store(settings.database, settings.zone)
    library = WorkoutLibrary(settings.workouts_dir)
    journal = SessionJournal(settings.instance, time.time, time.monotonic)
    replays = ReplayFolder(settings.instance, settings.replay_days, time.time)

    pruned_at = -math.inf

    def read_workouts() -> None:
        with suppress(RecordsError):  # reported when a session is to be stored
            store.taught_workouts.refresh(library.set_taught)

    def sync() -> None:  # in the thread of the writer
        nonlocal pruned_at
        journal.sync()
        if time.monotonic() - pruned_at > PRUNE_EVERY_S:
            pruned_at = time.monotonic()
            try:
                replays.prune(store.history.existing, writer.waiting)
            except (OSError, RecordsError) as error:
                log.warning("Old replays cannot be deleted: %s", error)

    writer = CheckpointWriter(store.save, settings.instance / "unsaved", sync)
    publisher = Publisher(connect(settings.redis(0), CONNECT_TIMEOUT_S), settings.station)
    openers = partial(camera, settings), partial(engine, settings)
    pipeline = Pipeline(
        settings,
        *openers,
        library,
        publisher,
        writer,
        journal,
        clock,
        replays=replays if replays.enabled else None,
        read_workouts=read_workouts,
    )
    try:
        with suppress(RecordsError):  # reported later, when a session is to be stored
            store.purge_deleted()
        read_workouts()
        unfinished = find_resumable_session(
            store, journal, settings.station, time.time(), writer.waiting
        )
        if unfinished:
            pipeline.resume(unfinished)
        gc.collect()
        malloc_trim()
        gc.freeze()  # exempt the long-lived start-up objects from collection
        gc.set_threshold(*GC_THRESHOLDS)
        while not stop.is_set():
            pipeline.step()
            if not pipeline.stalled:
                beat()
    finally:
        pipeline.close()
        store.close()


def find_resumable_session(
    store: Store,
    journal: SessionJournal,
    station: str,
    now: float,
    waiting: frozenset[str] = frozenset(),
) -> SessionRecord | None:
    """Find the session to resume, and close all other unfinished sessions of the station.

    Args:
        store: the database.
        journal: the session journal of an earlier process.
        station: name of this station.
        now: seconds since the epoch.
        waiting: uuids of sessions that are still to be written; the database's state of these is
            stale.

    Returns:
        The unfinished session; None if there is none, or it is older than `RESUME_WITHIN_S`.
    """
    journaled = journal.read()
    if journaled and journaled.record.station != station:
        journaled = None
    try:
        pending = _newest(store, journaled, station, now, waiting)
        if pending and pending.age_s > RESUME_WITHIN_S:
            store.save(pending.record)  # the journal may have repetitions that were never stored
            pending = None
        keep_running = {*waiting, *([pending.record.uuid] if pending else [])}
        store.close_running(station, exclude=keep_running)
    except RecordsError as error:
        log.error("Could not look up unfinished sessions: %s", error)
        if journaled and journaled.age_s <= RESUME_WITHIN_S:
            return journaled.record
        return None
    if pending is None:
        journal.end()
    return pending.record if pending else None


def _newest(
    store: Store,
    journaled: PendingSession | None,
    station: str,
    now: float,
    waiting: frozenset[str],
) -> PendingSession | None:
    """Return the unfinished session, preferring the journal: the database may lag by a second."""
    if journaled:
        stored = store.session(journaled.record.uuid)
        if stored is None or stored.status == "active":
            return journaled
    running = store.running(station)
    if running is None or running.uuid in waiting:
        return None
    return PendingSession(running, now - _last_activity(running))


def _last_activity(record: SessionRecord) -> float:
    """Return the end of a session's last set so far, in seconds since the epoch."""
    ends = (set_record.began + set_record.seconds for set_record in record.sets)
    return record.started + max(ends, default=0.0)
