"""Recordings of this house: sets whose count somebody has corrected, kept to improve the rules.

Their folder has a file of keypoints for each set, and an index, so that `evaluate` reads it like
any other collection.
"""

import csv
import hashlib
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from hiitpi.coach.messages import SessionRecord, SetRecord
from hiitpi.errors import CameraError, RecordsError
from hiitpi.recordings.pose_source import array_name
from hiitpi.records.player_names import name_key
from hiitpi.records.replays import JOINTS, Replay

#: Name of the folder, in the instance folder, and of the index in it.
FOLDER: Final = "recordings"
INDEX: Final = "index.csv"

#: Longest gap in the movements of a set, in seconds.
MAX_GAP_S: Final = 1.0

#: Seconds before the first and after the last second of a set that are kept as well.
MARGIN_S: Final = 1.0


@dataclass(frozen=True)
class KeptRecording:
    """A line of the index; see `hiitpi.recordings.evaluate.read_index`.

    Attributes:
        file: name of the file of keypoints.
        workout: slug of the workout.
        reps: the corrected count.
        counted: what the camera had counted.
        model: name of the pose model.
        group: the same for all sets of a player, whose name it does not tell.
    """

    file: str
    workout: str
    reps: int
    counted: int
    model: str
    group: str


class KeptRecordings:
    """The recordings of one house.

    Args:
        instance: the instance folder.
    """

    def __init__(self, instance: Path) -> None:
        self.folder = instance / FOLDER

    def all(self) -> list[KeptRecording]:
        """Return all recordings, oldest first.

        Raises:
            CameraError: the index cannot be read.
        """
        try:
            with (self.folder / INDEX).open(newline="", encoding="utf-8") as file:
                return [_parsed(line) for line in csv.DictReader(file)]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise CameraError(f"{self.folder / INDEX} cannot be read: {error}") from error

    def keep(self, record: SessionRecord, replay: Replay) -> list[str]:
        """Keep the sets of a session that were corrected; those that are kept are replaced.

        Args:
            record: the session.
            replay: its movements.

        Returns:
            The names of the files.

        Raises:
            RecordsError: nothing was corrected, or movements are missing.
        """
        corrected = [s for s in record.sets if s.is_corrected]
        if not corrected:
            raise RecordsError("Nothing of this session was corrected.")
        gaps = [s.number for s in corrected if not _is_complete(s, replay)]
        if gaps:
            raise RecordsError(f"The movements of set {gaps[0]} are not complete.")
        self.folder.mkdir(parents=True, exist_ok=True)
        group = hashlib.sha256(name_key(record.player).encode()).hexdigest()[:8]
        rows = {row.file: row for row in self.all()}
        names = []
        for s in corrected:
            ending = f"__{record.uuid[:8]}-{s.number}.npz"
            for earlier in [name for name in rows if name.endswith(ending)]:
                (self.folder / earlier).unlink(missing_ok=True)
                del rows[earlier]
            name = f"{s.workout}{ending}"
            np.savez_compressed(self.folder / name, **_arrays(s, record.model, replay))  # type: ignore[arg-type]
            names.append(name)
            rows[name] = KeptRecording(name, s.workout, s.counted, s.reps, record.model, group)
        self._write_index(rows.values())
        return names

    def delete(self, names: Iterable[str]) -> int:
        """Delete recordings, and return how many there were.

        Args:
            names: names of their files.

        Raises:
            CameraError: there is none with a name; nothing is deleted.
        """
        names, rows = set(names), {row.file: row for row in self.all()}
        unknown = sorted(names - rows.keys())
        if unknown:
            raise CameraError(f"There is no recording {unknown[0]}; see: recordings list")
        for name in names:
            (self.folder / name).unlink(missing_ok=True)
            del rows[name]
        self._write_index(rows.values())
        return len(names)

    def export(self, to: Path) -> int:
        """Copy all recordings with their index to a new folder, and return how many there are.

        Raises:
            CameraError: there are none, or the folder exists already or cannot be written.
        """
        rows = self.all()
        if not rows:
            raise CameraError("There are no recordings.")
        try:
            shutil.copytree(self.folder, to)
        except OSError as error:
            raise CameraError(f"{to} cannot be written: {error}") from error
        return len(rows)

    def _write_index(self, rows: Iterable[KeptRecording]) -> None:
        part = self.folder / f"{INDEX}.part"
        with part.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, [field.name for field in fields(KeptRecording)])
            writer.writeheader()
            writer.writerows(asdict(row) for row in rows)
        part.replace(self.folder / INDEX)


def _is_complete(s: SetRecord, replay: Replay) -> bool:
    """Return whether the movements of a set are there from its beginning to its end."""
    end = s.began + s.seconds
    times = [t for t in replay.header["times"] if s.began - MAX_GAP_S <= t <= end + MAX_GAP_S]
    edges = [s.began, *times, end]
    return all(later - earlier <= MAX_GAP_S for earlier, later in pairwise(edges))


def _parsed(line: dict[str, str]) -> KeptRecording:
    return KeptRecording(
        file=line["file"],
        workout=line["workout"],
        reps=int(line["reps"]),
        counted=int(line["counted"]),
        model=line["model"],
        group=line["group"],
    )


def _arrays(s: SetRecord, model: str, replay: Replay) -> dict[str, np.ndarray]:
    """Return the arrays of a file of keypoints, as `poses_of_npz` reads it."""
    times = np.array(replay.header["times"], float)
    begin, end = s.began - MARGIN_S, s.began + s.seconds + MARGIN_S
    chosen = (times >= begin) & (times <= end)
    xy = np.frombuffer(replay.xy, "<i2").reshape(-1, JOINTS, 2)[chosen].astype(np.float32)
    scores = np.frombuffer(replay.scores, np.uint8).reshape(-1, JOINTS)[chosen] / np.float32(100)
    rows = np.concatenate([xy, scores[:, :, None]], axis=2)
    rows[~scores.any(axis=1)] = np.nan  # nobody was seen
    kept = times[chosen]
    return {
        "t": kept - (kept[0] if len(kept) else 0.0),
        "size": np.array(replay.header["size"]),
        array_name(model): rows.astype(np.float16),
    }
