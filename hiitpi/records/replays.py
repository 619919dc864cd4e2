"""Files with the movements of a session, which a browser plays.

A file is compressed with gzip, as it is sent. Inside are the length of the header (4 bytes, little
endian), the header as JSON, padded with blanks to a multiple of 4, the joints (x and y in pixels,
2 bytes each, 17 joints a frame) and their scores (percent, 1 byte each).
"""

import gzip
import json
import sys
import zlib
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from hiitpi.errors import RecordsError
from hiitpi.system.atomic_file import write_atomically

#: Joints of a frame.
JOINTS: Final = 17

#: Version of the format, in the header.
VERSION: Final = 1

#: Name of the folder, in the instance folder.
FOLDER: Final = "replays"

#: Size of all files together from which the oldest are deleted: 100 to 200 hours of work.
MAX_TOTAL_BYTES: Final = 200 * 2**20

DAY_S: Final = 24 * 3600.0


@dataclass(frozen=True)
class Replay:
    """The movements of one session.

    Attributes:
        header: everything but the joints, as plain data.
        xy: x and y of each joint in each frame, int16.
        scores: score of each joint in each frame in percent, uint8.
    """

    header: dict[str, Any]
    xy: bytes
    scores: bytes

    def content(self) -> bytes:
        """Return the content of its file."""
        text = json.dumps({"version": VERSION, **self.header}, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 4)
        assert sys.byteorder == "little", "the joints are little endian"
        return gzip.compress(len(text).to_bytes(4, "little") + text + self.xy + self.scores, 6)


def read_replay(path: Path) -> Replay:
    """Read a file.

    Raises:
        RecordsError: it is not a replay.
    """
    try:
        content = gzip.decompress(path.read_bytes())
        begin = 4 + int.from_bytes(content[:4], "little")
        header = json.loads(content[4:begin])
        end = begin + len(header["times"]) * JOINTS * 4
        return Replay(header, content[begin:end], content[end:])
    except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error) as error:
        raise RecordsError(f"{path} is not a replay: {error}") from error


class ReplayFolder:
    """The replays of one station.

    Args:
        folder: the instance folder.
        days: days for which a replay is kept; 0 keeps none.
        clock: seconds since the epoch.
    """

    def __init__(self, folder: Path, days: int, clock: Callable[[], float]) -> None:
        self._folder, self._days, self._clock = folder / FOLDER, days, clock

    @property
    def enabled(self) -> bool:
        """Whether replays are kept at all."""
        return self._days > 0

    def path(self, uuid: str) -> Path | None:
        """Return the file of a session; None if there is none, or `uuid` is not valid."""
        with suppress(ValueError):
            path = self._folder / f"{UUID(uuid)}.replay"
            return path if path.is_file() else None
        return None

    def write(self, uuid: str, replay: Replay) -> None:
        """Write the replay of a session.

        Raises:
            OSError: the file cannot be written.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        write_atomically(self._folder / f"{UUID(uuid)}.replay", replay.content())

    def prune(
        self,
        existing: Callable[[Collection[str]], Collection[str]],
        waiting: Collection[str] = (),
    ) -> None:
        """Delete what is too old, too much, or of a session that was deleted.

        Args:
            existing: returns those of some sessions that are still in the database.
            waiting: uuids of sessions that are still to be written to the database.

        Raises:
            RecordsError: the database cannot be read; nothing is deleted.
            OSError: the files cannot be listed or deleted.
        """
        files = {path: path.stat() for path in self._folder.glob("*.replay") if _is_ours(path)}
        kept = {*existing([path.stem for path in files]), *waiting} if files else set()
        total = 0
        oldest = self._clock() - self._days * DAY_S
        for path, stat in sorted(files.items(), key=lambda item: -item[1].st_mtime):
            total += stat.st_size
            if path.stem not in kept or stat.st_mtime < oldest or total > MAX_TOTAL_BYTES:
                path.unlink(missing_ok=True)


def _is_ours(path: Path) -> bool:
    """Return whether a file is named after a session, and not something that somebody put there."""
    try:
        return path.stem == str(UUID(path.stem))
    except ValueError:
        return False
