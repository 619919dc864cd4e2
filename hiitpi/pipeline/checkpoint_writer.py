"""Writes sessions to the database in a background thread, since an SD card can be slow."""

import logging
import math
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from hiitpi.coach.codec import decode_record, encode
from hiitpi.coach.messages import SessionRecord
from hiitpi.errors import RecordsError
from hiitpi.system.atomic_file import write_atomically
from hiitpi.system.background_loop import IDLE_S, BackgroundLoop

log = logging.getLogger(__name__)

#: Interval between checkpoints of a running session.
WRITE_INTERVAL_S: Final = 1.0

#: Back-off while the database is unavailable: first and longest delay, doubling in between.
FIRST_RETRY_S: Final = 1.0
MAX_RETRY_S: Final = 30.0

#: Time after which a write counts as stalled; SQLite and PostgreSQL time out earlier.
STALLED_AFTER_S: Final = 120.0

Save = Callable[[SessionRecord], None]


class CheckpointWriter:
    """Writes the newest state of each session to the database, at most once a second.

    A session that cannot be written is spooled to a file in `spool_dir` at once, and retried with
    back-off. Spooled files of an earlier process are loaded and retried too.

    Attributes:
        trouble: why sessions cannot be stored at present; "" otherwise.
        loop: the background thread.

    Args:
        save: writes a record to the database; raises RecordsError if the database is unavailable.
        spool_dir: folder for sessions that could not be written.
        sync: called once per turn of the loop; flushes the session journal to disk.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        save: Save,
        spool_dir: Path,
        sync: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._save, self._spool_dir, self._sync, self._clock = save, spool_dir, sync, clock
        self._waiting: dict[str, SessionRecord] = {}
        self._changed = threading.Condition()
        self._urgent = False
        self._closed = threading.Event()
        self._spooled: dict[str, SessionRecord] = {}  # newest state of each in the spool folder
        self._retry_at, self._retry_s = -math.inf, 0.0
        self._failing_since = 0.0
        self.trouble = ""
        self.loop = BackgroundLoop("recorder", self._turn, stalled_after_s=STALLED_AFTER_S)
        self._load_spooled()
        self.loop.start()

    @property
    def waiting(self) -> frozenset[str]:
        """The uuids of sessions that have not been written yet."""
        with self._changed:
            return frozenset(self._waiting)

    def outage(self) -> dict[str, Any]:
        """Return the database outage, in the format of `background_loop.summary`."""
        seconds = round(self._clock() - self._failing_since)
        return {"name": "recorder", "state": "failing", "for_s": seconds, "error": self.trouble}

    def enqueue(self, record: SessionRecord) -> None:
        """Queue a session; it replaces an older state of the same session that is still queued."""
        with self._changed:
            self._waiting[record.uuid] = record
            self._changed.notify_all()

    def flush(self, timeout: float) -> bool:
        """Write all queued sessions now; return whether that succeeded within `timeout` seconds."""
        with self._changed:
            self._urgent = True
            self._changed.notify_all()
            return self._changed.wait_for(lambda: not self._waiting, timeout)

    def spool(self, record: SessionRecord) -> bool:
        """Write a session to the spool folder; return whether that succeeded."""
        path = self._spool_dir / f"{record.uuid}.json"
        try:
            self._spool_dir.mkdir(parents=True, exist_ok=True)
            write_atomically(path, encode(record))
            self._spooled[record.uuid] = record
        except OSError as error:
            log.error(
                "Session %s is in memory only; it could not be spooled: %s", record.uuid, error
            )
            return False
        return True

    def close(self) -> None:
        """Write all queued sessions, spool those that cannot be written, and stop the thread."""
        self.flush(timeout=0.5)
        self._closed.set()
        with self._changed:
            self._changed.notify_all()
        self.loop.stop(timeout_s=0.5)
        with self._changed:  # a write that is still under way may finish meanwhile
            unwritten = list(self._waiting.values())
        for record in unwritten:
            self._spool_once(record)

    def _load_spooled(self) -> None:
        for path in self._spool_dir.glob("*.json"):
            try:
                record = decode_record(path.read_bytes())
            except (OSError, ValueError, KeyError, TypeError) as error:
                log.error("Skipped %s: not a valid session: %s", path, error)
                continue
            self._waiting[record.uuid] = self._spooled[record.uuid] = record

    def _turn(self) -> bool:
        """Write or spool the queued sessions once; return False once closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed.is_set(), IDLE_S)
            batch = list(self._waiting.values())
            attempt = self._urgent or self._clock() >= self._retry_at
            self._urgent = False
        self._sync()
        for record in batch:
            attempt = attempt and self._write(record)
            if not attempt:
                self._spool_once(record)
        with self._changed:
            self._changed.wait_for(lambda: self._urgent or self._closed.is_set(), WRITE_INTERVAL_S)
        return not self._closed.is_set()

    def _write(self, record: SessionRecord) -> bool:
        """Store a session; return False if the database is unavailable."""
        try:
            self._save(record)
        except RecordsError as error:
            self._back_off(error)
            return False
        except Exception:  # only this session cannot be stored; the others can
            log.exception("Session %s cannot be stored; it is quarantined.", record.uuid)
            self._quarantine(record)
            return True
        if self.trouble:
            log.warning("Sessions can be stored again.")
        self.trouble, self._retry_s = "", 0.0
        try:
            (self._spool_dir / f"{record.uuid}.json").unlink(missing_ok=True)
        except OSError as error:  # harmless: saving the same session again changes nothing
            log.warning("%s", error)
        self._mark_done(record)
        return True

    def _back_off(self, error: RecordsError) -> None:
        """Note a database outage and schedule the next attempt with exponential back-off."""
        if not self.trouble:
            self._failing_since = self._clock()
            log.error(
                "Sessions cannot be stored now; they are spooled to %s: %s", self._spool_dir, error
            )
        self.trouble = str(error)
        self._retry_s = min(MAX_RETRY_S, 2 * self._retry_s or FIRST_RETRY_S)
        self._retry_at = self._clock() + self._retry_s

    def _quarantine(self, record: SessionRecord) -> None:
        """Save a session that no database accepts to a .bad file, which is never retried."""
        if self.spool(record):
            path = self._spool_dir / f"{record.uuid}.json"
            with suppress(OSError):
                path.replace(path.with_suffix(".bad"))
        self._mark_done(record)

    def _spool_once(self, record: SessionRecord) -> None:
        """Spool each state of a session only once, to spare the SD card."""
        if self._spooled.get(record.uuid) is not record:
            self.spool(record)

    def _mark_done(self, record: SessionRecord) -> None:
        """Remove a session from the queue, unless a newer state of it has been queued."""
        self._spooled.pop(record.uuid, None)
        with self._changed:
            if self._waiting.get(record.uuid) is record:
                del self._waiting[record.uuid]
            self._changed.notify_all()
