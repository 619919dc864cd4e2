"""The running session on disk, so that a killed process costs nothing that anybody has seen.

The record book has it once a second; what comes between is here: a file whose first line is the
session at its last change of phase, and then a line for each repetition, written before it is told.
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
from hiitpi.system.host import boot_id

log = logging.getLogger(__name__)

JOURNAL_FILE: Final = "running.jsonl"

Clock = Callable[[], float]

_REPETITIONS = TypeAdapter(tuple[Repetition, ...])
_SET = TypeAdapter(SetRecord)


@dataclass(frozen=True, slots=True)
class PendingSession:
    """What was under way when the last process ended.

    Attributes:
        record: the session.
        age_s: seconds since it was last heard of.
    """

    record: SessionRecord
    age_s: float


class SessionJournal:
    """One station's running session.

    Nothing here raises because of the disk: training goes on, and the record book has it later.

    Args:
        folder: the instance folder.
        wall: seconds since the epoch; on a Pi without a battery it may jump.
        uptime: seconds since the machine was started, the same in all processes.
    """

    def __init__(self, folder: Path, wall: Clock, uptime: Clock) -> None:
        self._path = folder / JOURNAL_FILE
        self._wall, self._uptime = wall, uptime
        self._boot = boot_id()
        self._file: int | None = None  # its descriptor, while a session runs
        self._known, self._torn = 0, False

    def begin(self, record: SessionRecord) -> None:
        """The session as it is now; lines follow."""
        part = self._path.with_suffix(".part")
        try:
            self.close()
            part.write_bytes(self._line(record=record))
            part.replace(self._path)  # whole, or not at all
            self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND)
            self._known, self._torn = len(record.series), False
        except OSError as error:
            log.error("The running session is not kept on disk: %s", error)

    def add(self, record: SessionRecord) -> None:
        """Repetitions have been counted since."""
        if self._file is None:
            self.begin(record)
            return
        new = record.series[self._known :]
        line = self._line(reps=new, set=record.sets[-1])
        if self._torn:  # by a disk that was full: the rest of it is not glued to this one
            line = b"\n" + line
        try:
            written = os.write(self._file, line)
        except OSError as error:
            log.error("A repetition is not kept on disk: %s", error)
            return
        self._torn = written < len(line)
        if self._torn:  # these repetitions come again with the next line
            log.error("A repetition is not kept on disk: the disk is full.")
        else:
            self._known = len(record.series)

    def sync(self) -> None:
        """Have the disk itself keep what was written."""
        file = self._file
        try:
            if file is not None:
                os.fdatasync(file)
        except OSError as error:  # full, or closed meanwhile
            log.debug("The journal was not synced: %s", error)

    def end(self) -> None:
        """There is no running session."""
        self.close()
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            log.error("%s", error)

    def close(self) -> None:
        """Write no more, and keep what there is."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def read(self) -> PendingSession | None:
        """What an earlier process left; None: nothing that can be read."""
        try:
            first, *lines = self._path.read_bytes().splitlines()
            head = orjson.loads(first)
            record = decode_record(encode(head["record"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.error("%s cannot be read: %s", self._path, error)
            return None
        last = head
        for line in lines:
            try:
                entry = orjson.loads(line)
                record = _extended(record, entry)
            except (ValueError, KeyError, TypeError) as error:
                if line:
                    log.warning("Ignored a damaged line of the journal, %r: %s", line[:80], error)
                continue
            last = entry
        return PendingSession(record, self._age_s(last))

    def _line(self, **content: Any) -> bytes:
        when = {"wall": self._wall(), "uptime": self._uptime(), "boot": self._boot}
        return encode({**content, **when}) + b"\n"

    def _age_s(self, entry: dict[str, Any]) -> float:
        """By the time since the machine was started, which does not jump, if it still runs."""
        if self._boot and entry.get("boot") == self._boot:
            return self._uptime() - float(entry["uptime"])
        return max(0.0, self._wall() - float(entry["wall"]))


def _extended(record: SessionRecord, entry: dict[str, Any]) -> SessionRecord:
    reps = _REPETITIONS.validate_python(entry["reps"])
    one = _SET.validate_python(entry["set"])
    sets = tuple(old for old in record.sets if old.number != one.number)
    return replace(record, series=record.series + reps, sets=(*sets, one))
