"""Writes sessions into the record book, beside the loop: an SD card may take its time."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from hiitpi.coach.messages import SessionRecord
from hiitpi.errors import RecordsError
from hiitpi.live.bus import decode_record, encode

log = logging.getLogger(__name__)

#: Seconds between two writes of a running session, and between attempts when writing fails.
PERIOD: Final = 1.0

Save = Callable[[SessionRecord], None]


class Recorder:
    """Keeps the newest state of each session and writes it, at most once a second.

    What cannot be written is kept as a file in `shelter` at once, and tried again.

    Args:
        save: writes a record; raises RecordsError when the database cannot.
        shelter: folder for what could not be written.
        sync: called once a second while something is written: the journal's way to the disk.
    """

    def __init__(self, save: Save, shelter: Path, sync: Callable[[], None] = lambda: None) -> None:
        self._save, self._shelter, self._sync = save, shelter, sync
        self._waiting: dict[str, SessionRecord] = {}
        self._changed = threading.Condition()
        self._urgent = False
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._load()
        self._thread.start()

    @property
    def waiting(self) -> frozenset[str]:
        """The uuids of sessions that are still to be written."""
        with self._changed:
            return frozenset(self._waiting)

    def put(self, record: SessionRecord) -> None:
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

    def keep(self, record: SessionRecord) -> bool:
        """Put a session that cannot be written now into the shelter; whether it is there."""
        path = self._shelter / f"{record.uuid}.json"
        part = path.with_suffix(".part")
        try:
            self._shelter.mkdir(parents=True, exist_ok=True)
            part.write_bytes(encode(record))
            part.replace(path)  # whole, or not at all
        except OSError as error:
            log.error("Session %s is kept in memory only: %s", record.uuid, error)
            return False
        return True

    def close(self) -> None:
        """Write what waits; what cannot be written now is kept in the shelter."""
        self.flush(timeout=0.5)
        self._closed.set()
        with self._changed:
            self._changed.notify_all()
        self._thread.join(timeout=0.5)
        with self._changed:  # a write that takes longer still may end meanwhile
            left = list(self._waiting.values())
        for record in left:
            self.keep(record)

    def _load(self) -> None:
        for path in self._shelter.glob("*.json"):
            try:
                record = decode_record(path.read_bytes())
            except (ValueError, KeyError, TypeError) as error:
                log.error("%s is not a session and is left alone: %s", path, error)
                continue
            self._waiting[record.uuid] = record

    def _run(self) -> None:
        while not self._closed.is_set():
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed.is_set())
                batch = dict(self._waiting)
            self._sync()
            for record in batch.values():
                self._write(record)
            with self._changed:
                self._changed.wait_for(lambda: self._urgent or self._closed.is_set(), PERIOD)
                self._urgent = False

    def _write(self, record: SessionRecord) -> None:
        try:
            self._save(record)
        except RecordsError as error:
            log.error("Session %s cannot be written yet: %s", record.uuid, error)
            self.keep(record)
            return
        try:
            (self._shelter / f"{record.uuid}.json").unlink(missing_ok=True)
        except OSError as error:  # it is stored; the same twice is one
            log.warning("%s", error)
        with self._changed:
            if self._waiting.get(record.uuid) is record:
                del self._waiting[record.uuid]
            self._changed.notify_all()
