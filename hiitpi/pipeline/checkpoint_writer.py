"""Writes sessions into the record book, beside the loop: an SD card may take its time."""

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
from hiitpi.system.background_loop import IDLE_S, BackgroundLoop

log = logging.getLogger(__name__)

#: Seconds between two writes of a running session.
WRITE_INTERVAL_S: Final = 1.0

#: Seconds between two attempts while the database is away: at first, and at most, doubling between.
FIRST_RETRY_S: Final = 1.0
MAX_RETRY_S: Final = 30.0

#: Seconds that a write may take: SQLite and PostgreSQL give up earlier.
STALLED_AFTER_S: Final = 120.0

Save = Callable[[SessionRecord], None]


class CheckpointWriter:
    """Keeps the newest state of each session and writes it, at most once a second.

    What cannot be written is kept as a file in `spool_dir` at once, and tried again.

    Args:
        save: writes a record; raises RecordsError when the database cannot.
        spool_dir: folder for what could not be written.
        sync: called once a second while something is written: the journal's way to the disk.
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
        self._kept: dict[str, SessionRecord] = {}  # the state of each that is in the spool_dir
        self._retry_at, self._retry_s = -math.inf, 0.0
        self._away_since = 0.0
        self.trouble = ""  # why nothing can be stored now
        self.loop = BackgroundLoop("recorder", self._turn, stalled_after_s=STALLED_AFTER_S)
        self._load()
        self.loop.start()

    @property
    def waiting(self) -> frozenset[str]:
        """The uuids of sessions that are still to be written."""
        with self._changed:
            return frozenset(self._waiting)

    def outage(self) -> dict[str, Any]:
        """That nothing can be stored, as plain data beside the ill loops of `summary`."""
        seconds = round(self._clock() - self._away_since)
        return {"name": "recorder", "state": "failing", "for_s": seconds, "error": self.trouble}

    def enqueue(self, record: SessionRecord) -> None:
        """Write this within a second; of one session only the newest state is written."""
        with self._changed:
            self._waiting[record.uuid] = record
            self._changed.notify_all()

    def flush(self, timeout: float) -> bool:
        """Write everything now; whether that was done within `timeout` seconds."""
        with self._changed:
            self._urgent = True
            self._changed.notify_all()
            return self._changed.wait_for(lambda: not self._waiting, timeout)

    def spool(self, record: SessionRecord) -> bool:
        """Put a session that cannot be written now into the spool_dir; whether it is there."""
        path = self._spool_dir / f"{record.uuid}.json"
        part = path.with_suffix(".part")
        try:
            self._spool_dir.mkdir(parents=True, exist_ok=True)
            part.write_bytes(encode(record))
            part.replace(path)  # whole, or not at all
            self._kept[record.uuid] = record
        except OSError as error:
            log.error("Session %s is kept in memory only: %s", record.uuid, error)
            return False
        return True

    def close(self) -> None:
        """Write what waits; what cannot be written now is kept in the spool_dir."""
        self.flush(timeout=0.5)
        self._closed.set()
        with self._changed:
            self._changed.notify_all()
        self.loop.stop(timeout_s=0.5)
        with self._changed:  # a write that takes longer still may end meanwhile
            left = list(self._waiting.values())
        for record in left:
            self._keep_once(record)

    def _load(self) -> None:
        for path in self._spool_dir.glob("*.json"):
            try:
                record = decode_record(path.read_bytes())
            except (OSError, ValueError, KeyError, TypeError) as error:
                log.error("%s is not a session and is left alone: %s", path, error)
                continue
            self._waiting[record.uuid] = self._kept[record.uuid] = record

    def _turn(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed.is_set(), IDLE_S)
            batch = list(self._waiting.values())
            tries = self._urgent or self._clock() >= self._retry_at
            self._urgent = False
        self._sync()
        for record in batch:
            tries = tries and self._write(record)
            if not tries:
                self._keep_once(record)
        with self._changed:
            self._changed.wait_for(lambda: self._urgent or self._closed.is_set(), WRITE_INTERVAL_S)
        return not self._closed.is_set()

    def _write(self, record: SessionRecord) -> bool:
        """Store a session; False: the database is away."""
        try:
            self._save(record)
        except RecordsError as error:
            self._put_off(error)
            return False
        except Exception:  # it is this session that cannot be stored: the others can
            log.exception("Session %s cannot be stored, and is put aside.", record.uuid)
            self._put_aside(record)
            return True
        if self.trouble:
            log.warning("Sessions can be stored again.")
        self.trouble, self._retry_s = "", 0.0
        try:
            (self._spool_dir / f"{record.uuid}.json").unlink(missing_ok=True)
        except OSError as error:  # it is stored; the same twice is one
            log.warning("%s", error)
        self._read_replies(record)
        return True

    def _put_off(self, error: RecordsError) -> None:
        """The database is away: try again later, each time after a longer while."""
        if not self.trouble:
            self._away_since = self._clock()
            log.error(
                "Sessions cannot be stored now, and are kept in %s: %s", self._spool_dir, error
            )
        self.trouble = str(error)
        self._retry_s = min(MAX_RETRY_S, 2 * self._retry_s or FIRST_RETRY_S)
        self._retry_at = self._clock() + self._retry_s

    def _put_aside(self, record: SessionRecord) -> None:
        """Keep a session that no database would take as a file that is not tried again."""
        if self.spool(record):
            path = self._spool_dir / f"{record.uuid}.json"
            with suppress(OSError):
                path.replace(path.with_suffix(".bad"))
        self._read_replies(record)

    def _keep_once(self, record: SessionRecord) -> None:
        """Write each state of a session to the spool_dir once: an SD card wears out."""
        if self._kept.get(record.uuid) is not record:
            self.spool(record)

    def _read_replies(self, record: SessionRecord) -> None:
        self._kept.pop(record.uuid, None)
        with self._changed:
            if self._waiting.get(record.uuid) is record:
                del self._waiting[record.uuid]
            self._changed.notify_all()
