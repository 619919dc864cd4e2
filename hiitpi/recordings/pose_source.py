"""Recordings as poses: a video through a pose engine, or keypoints from an .npz file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiitpi.camera.opencv import read_video
from hiitpi.errors import CameraError, ModelError
from hiitpi.pose.engine import Engine
from hiitpi.pose.keypoints import Pose


@dataclass(frozen=True, slots=True)
class PoseFrame:
    """One moment of a recording.

    Attributes:
        pose: None: nobody.
        time: seconds since the recording's start.
        progress: 0..1 of the recording; 0 when its length is not known.
    """

    pose: Pose | None
    time: float
    progress: float


def poses_of_video(path: Path, engine: Engine) -> Iterator[PoseFrame]:
    """Each picture of a video through the engine.

    Raises:
        CameraError: it is not there, or not a video.
    """
    for still in read_video(path):
        yield PoseFrame(engine.infer(still.image, still.time), still.time, still.progress)


def poses_of_npz(path: Path, model: str) -> Iterator[PoseFrame]:
    """The keypoints that a model found, from a file of arrays.

    The file has `t` (T,) seconds, and for each model (T, 17, 3): x, y in pixels and score in COCO's
    order, NaN where nobody was found; `<model>_score` (T,) is the confidence.

    Raises:
        CameraError: it is not there, or not such a file.
        ModelError: it has no keypoints of that model.
    """
    arrays = _arrays(path)
    times = arrays["t"].astype(float)
    name = model.split("_")[0]
    if name not in arrays:
        known = ", ".join(_models(arrays)) or "nobody"
        raise ModelError(f"{path} has no keypoints of {model!r}, only of {known}.")
    rows = arrays[name].astype(np.float32)
    if rows.shape != (len(times), 17, 3) or not np.all(np.diff(times) >= 0):
        raise CameraError(f"{path} is not a recording of keypoints: shape {rows.shape}.")
    scores = np.where(np.isnan(rows[:, :, 0]), np.float32(0), np.nan_to_num(rows[:, :, 2]))
    given = arrays.get(f"{name}_score")
    if given is not None and given.shape != times.shape:
        raise CameraError(
            f"{path} is not a recording of keypoints: {name}_score has another length."
        )
    confidence = arrays.get(f"{name}_score", scores.mean(axis=1)).astype(float)
    for i, (time, row) in enumerate(zip(times.tolist(), rows, strict=True)):
        nobody = bool(np.isnan(row[:, :2]).all())
        xy = np.nan_to_num(row[:, :2])  # a keypoint that was not found has no score either
        pose = None if nobody else Pose(xy, scores[i], float(confidence[i]))
        yield PoseFrame(pose, time, (i + 1) / len(times))


def models_of_npz(path: Path) -> list[str]:
    """The models whose keypoints are in a file of arrays; see `poses_of_npz`.

    Raises:
        CameraError: it is not there, or not such a file.
    """
    return _models(_arrays(path))


def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        arrays["t"].astype(float)
    except FileNotFoundError:
        raise CameraError(f"No file {path}.") from None
    except Exception as error:  # a damaged archive fails in any way
        raise CameraError(f"{path} is not a recording of keypoints: {error}") from error
    return arrays


def _models(arrays: dict[str, NDArray[Any]]) -> list[str]:
    return sorted(n for n, rows in arrays.items() if rows.ndim == 3 and rows.shape[1:] == (17, 3))
