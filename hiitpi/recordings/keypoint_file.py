"""Writes the keypoints of a recording to an .npz file, which is counted again in no time."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

import numpy as np

from hiitpi.errors import CameraError
from hiitpi.recordings.pose_source import PoseFrame, array_name


class KeypointWriter:
    """Collects the poses of a recording while they are counted.

    A context manager that writes the file at its end, unless something has failed.

    Args:
        path: the .npz file to write; see `hiitpi.recordings.pose_source.poses_of_npz`.
        model: name of the model that finds the keypoints.
        size: (width, height) of the video in pixels.

    Raises:
        CameraError: the file exists already, or its name does not end in .npz.
    """

    def __init__(self, path: Path, model: str, size: tuple[int, int]) -> None:
        if path.suffix != ".npz":
            raise CameraError(f"{path}: the name of a file of keypoints must end in .npz.")
        if path.exists():
            raise CameraError(f"{path} exists already. Delete it, or choose another name.")
        self._path, self._model, self._size = path, model, size
        self._frames: list[PoseFrame] = []

    def collect(self, frames: Iterable[PoseFrame]) -> Iterator[PoseFrame]:
        """Yield the frames of a recording, and keep their poses."""
        for frame in frames:
            self._frames.append(frame)
            yield frame

    def __enter__(self) -> Self:
        """Return this writer."""
        return self

    def __exit__(self, error_type: type[BaseException] | None, *_: object) -> None:
        """Write the file.

        Raises:
            CameraError: it cannot be written.
        """
        if error_type is not None:
            return
        name, count = array_name(self._model), len(self._frames)
        rows = np.full((count, 17, 3), np.nan, np.float16)
        scores = np.zeros(count, np.float32)
        for i, frame in enumerate(self._frames):
            if frame.pose is not None:
                rows[i] = np.column_stack((frame.pose.xy, frame.pose.score))
                scores[i] = frame.pose.confidence
        arrays = {
            "t": np.array([frame.time for frame in self._frames]),
            "size": np.array(self._size),
            name: rows,
            f"{name}_score": scores,
        }
        try:
            np.savez_compressed(self._path, **arrays)  # type: ignore[arg-type]
        except OSError as error:
            raise CameraError(f"{self._path} cannot be written: {error.strerror}.") from error
