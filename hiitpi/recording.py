"""Recordings as poses: a video through a pose engine, or keypoints from an .npz file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hiitpi.camera.opencv import play
from hiitpi.errors import CameraError, ModelError
from hiitpi.pose.engine import Engine
from hiitpi.pose.keypoints import Pose


@dataclass(frozen=True, slots=True)
class Seen:
    """One moment of a recording.

    Attributes:
        pose: None: nobody.
        time: seconds since the recording's start.
        done: 0..1 of the recording; 0 when its length is not known.
    """

    pose: Pose | None
    time: float
    done: float


def poses_of_video(path: Path, engine: Engine) -> Iterator[Seen]:
    """Each picture of a video through the engine.

    Raises:
        CameraError: it is not there, or not a video.
    """
    for still in play(path):
        yield Seen(engine.infer(still.image), still.time, still.done)


def poses_of_npz(path: Path, model: str) -> Iterator[Seen]:
    """The keypoints that a model found, from a file of arrays.

    The file has `t` (T,) seconds, and for each model (T, 17, 3): x, y in pixels and score in COCO's
    order, NaN where nobody was found; `<model>_score` (T,) is the confidence.

    Raises:
        CameraError: it is not there, or not such a file.
        ModelError: it has no keypoints of that model.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        times = arrays["t"].astype(float)
    except FileNotFoundError:
        raise CameraError(f"No file {path}.") from None
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise CameraError(f"{path} is not a recording of keypoints: {error}") from error
    name = model.split("_")[0]
    if name not in arrays:
        models = sorted(n for n in arrays if f"{n}_score" in arrays)
        raise ModelError(f"{path} has no keypoints of {model!r}, only of {', '.join(models)}.")
    rows = arrays[name].astype(np.float32)
    if rows.shape != (len(times), 17, 3) or not np.all(np.diff(times) >= 0):
        raise CameraError(f"{path} is not a recording of keypoints: shape {rows.shape}.")
    scores = np.nan_to_num(rows[:, :, 2])
    confidence = arrays.get(f"{name}_score", scores.mean(axis=1)).astype(float)
    for i, (time, row) in enumerate(zip(times.tolist(), rows, strict=True)):
        nobody = bool(np.isnan(row[:, :2]).all())
        pose = None if nobody else Pose(row[:, :2], scores[i], float(confidence[i]))
        yield Seen(pose, time, (i + 1) / len(times))
