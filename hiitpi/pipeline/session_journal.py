"""Write-ahead log of the running session, so that a crash loses no repetition that was shown.

The database gets a checkpoint once a second; the journal covers the time in between. It is a file
whose first line is the session at its last change of phase, followed by one line for each
repetition, written before the repetition is published.
"""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import TypeAdapter

from hiitpi.coach.codec import decode_record, encode
from hiitpi.coach.messages import Repetition, SessionRecord, SetRecord
from hiitpi.system.atomic_file import write_atomically
from hiitpi.system.host import boot_id

log = logging.getLogger(__name__)

JOURNAL_FILE: Final = "running.jsonl"

Clock = Callable[[], float]

_REPETITIONS = TypeAdapter(tuple[Repetition, ...])
_SET = TypeAdapter(SetRecord)


@dataclass(frozen=True, slots=True)
class PendingSession:
    """An unfinished session of an earlier process.

    Attributes:
        record: the session.
        age_s: seconds since its last known activity.
    """

    record: SessionRecord
    age_s: float


class SessionJournal:
    """Journal file of one station's running session.

    Disk errors are logged and never raised: training goes on, and the database gets the session
    with the next checkpoint.

    Args:
        folder: the instance folder.
        wall: seconds since the epoch; on a Pi without a battery-backed clock it may jump.
        uptime: seconds since boot, the same in all processes.
    """

    def __init__(self, folder: Path, wall: Clock, uptime: Clock) -> None:
        self._path = folder / JOURNAL_FILE
        self._wall, self._uptime = wall, uptime
        self._boot = boot_id()
        self._file: int | None = None  # file descriptor while a session is running
        self._reps_written, self._torn = 0, False

    def begin(self, record: SessionRecord) -> None:
        """Start the journal over with the current state of the session."""
        try:
            self.close()
            write_atomically(self._path, self._line(record=record))
            self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND)
            self._reps_written, self._torn = len(record.series), False
        except OSError as error:
            log.error("The running session is not journaled: %s", error)

    def add(self, record: SessionRecord) -> None:
        """Append the repetitions that were counted since the last call."""
        if self._file is None:
            self.begin(record)
            return
        new = record.series[self._reps_written :]
        line = self._line(reps=new, set=record.sets[-1])
        if self._torn:  # terminate the partial line that a full disk left
            line = b"\n" + line
        try:
            written = os.write(self._file, line)
        except OSError as error:
            log.error("A repetition was not journaled: %s", error)
            return
        self._torn = written < len(line)
        if self._torn:  # the next line repeats these repetitions
            log.error("A repetition was not journaled: the disk is full.")
        else:
            self._reps_written = len(record.series)

    def sync(self) -> None:
        """Flush the journal to the disk (fdatasync)."""
        file = self._file
        try:
            if file is not None:
                os.fdatasync(file)
        except OSError as error:  # disk full, or the file was closed by another thread
            log.debug("The journal was not synced: %s", error)

    def end(self) -> None:
        """Delete the journal: no session is running."""
        self.close()
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            log.error("%s", error)

    def close(self) -> None:
        """Stop writing and keep the file."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def read(self) -> PendingSession | None:
        """Return the unfinished session of an earlier process; None if no readable one exists."""
        try:
            first, *lines = self._path.read_bytes().splitlines()
            first_entry = orjson.loads(first)
            record = decode_record(encode(first_entry["record"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.error("%s cannot be read: %s", self._path, error)
            return None
        last_entry = first_entry
        for line in lines:
            try:
                entry = orjson.loads(line)
                record = _extended(record, entry)
            except (ValueError, KeyError, TypeError) as error:
                if line:
                    log.warning("Ignored a damaged line of the journal, %r: %s", line[:80], error)
                continue
            last_entry = entry
        return PendingSession(record, self._age_s(last_entry))

    def _line(self, **content: Any) -> bytes:
        timestamps = {"wall": self._wall(), "uptime": self._uptime(), "boot": self._boot}
        return encode({**content, **timestamps}) + b"\n"

    def _age_s(self, entry: dict[str, Any]) -> float:
        """Return an entry's age, by the uptime (it never jumps) unless the machine has rebooted."""
        if self._boot and entry.get("boot") == self._boot:
            return self._uptime() - float(entry["uptime"])
        return max(0.0, self._wall() - float(entry["wall"]))


def _extended(record: SessionRecord, entry: dict[str, Any]) -> SessionRecord:
    """Return the record with an entry's repetitions added and its set replaced."""
    reps = _REPETITIONS.validate_python(entry["reps"])
    updated = _SET.validate_python(entry["set"])
    others = tuple(old for old in record.sets if old.number != updated.number)
    return replace(record, series=record.series + reps, sets=(*others, updated))
