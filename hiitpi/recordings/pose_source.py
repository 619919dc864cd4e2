"""Reads the poses of a recording: a video, with a pose engine, or an .npz file of keypoints."""

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
    """The pose in one frame of a recording.

    Attributes:
        pose: the pose; None if there is no person.
        time: seconds since the start of the recording.
        progress: 0..1 of the recording; 0 if its length is unknown.
    """

    pose: Pose | None
    time: float
    progress: float


def poses_of_video(path: Path, engine: Engine) -> Iterator[PoseFrame]:
    """Yield the pose in each frame of a video.

    Args:
        path: the video file.
        engine: the pose engine.

    Raises:
        CameraError: the file does not exist or is not a video.
    """
    for frame in read_video(path):
        yield PoseFrame(engine.infer(frame.image, frame.time), frame.time, frame.progress)


def poses_of_npz(path: Path, model: str) -> Iterator[PoseFrame]:
    """Yield the poses of a file with keypoints of one or more models.

    The file has `t` (T,), seconds, and for each model an array of its name, (T, 17, 3): x and y in
    pixels, and score, in COCO's order; NaN where there is no person. `<model>_score` (T,) is the
    confidence; it is optional.

    Args:
        path: the .npz file.
        model: name of the model.

    Raises:
        CameraError: the file does not exist or is not such a file.
        ModelError: it has no keypoints of that model.
    """
    arrays = _load_arrays(path)
    times = arrays["t"].astype(float)
    name = array_name(model)
    if name not in arrays:
        available = ", ".join(_model_names(arrays)) or "no model"
        raise ModelError(f"{path} has no keypoints of {model!r}, only of {available}.")
    rows = arrays[name].astype(np.float32)
    if rows.shape != (len(times), 17, 3) or not np.all(np.diff(times) >= 0):
        raise CameraError(f"{path} is not a recording of keypoints: shape {rows.shape}.")
    scores = np.where(np.isnan(rows[:, :, 0]), np.float32(0), np.nan_to_num(rows[:, :, 2]))
    recorded = arrays.get(f"{name}_score")
    if recorded is not None and recorded.shape != times.shape:
        raise CameraError(
            f"{path} is not a recording of keypoints: {name}_score and t differ in length."
        )
    confidence = arrays.get(f"{name}_score", scores.mean(axis=1)).astype(float)
    for i, (time, row) in enumerate(zip(times.tolist(), rows, strict=True)):
        is_empty = bool(np.isnan(row[:, :2]).all())
        xy = np.nan_to_num(row[:, :2])  # the score of a missing keypoint is 0 as well
        pose = None if is_empty else Pose(xy, scores[i], float(confidence[i]))
        yield PoseFrame(pose, time, (i + 1) / len(times))


def array_name(model: str) -> str:
    """Return the name of a model's array in a file of keypoints; its variants share it."""
    return model.split("_")[0]


def models_of_npz(path: Path) -> list[str]:
    """Return the names of the models in a file of keypoints; see `poses_of_npz`.

    Raises:
        CameraError: the file does not exist or is not such a file.
    """
    return _model_names(_load_arrays(path))


def _load_arrays(path: Path) -> dict[str, NDArray[Any]]:
    try:
        # Opened here, since NumPy leaves a damaged archive open.
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        arrays["t"].astype(float)
    except FileNotFoundError:
        raise CameraError(f"There is no file {path}.") from None
    except Exception as error:  # a damaged archive may raise anything
        raise CameraError(f"{path} is not a recording of keypoints: {error}") from error
    return arrays


def _model_names(arrays: dict[str, NDArray[Any]]) -> list[str]:
    return sorted(n for n, rows in arrays.items() if rows.ndim == 3 and rows.shape[1:] == (17, 3))
