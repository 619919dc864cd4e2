"""MoveNet Lightning: one person, found best in a square crop that follows the last pose.

The crop follows the model card ("MoveNet.SinglePose", Google 2021) and the TensorFlow Hub tutorial
that goes with it: around the hips, 1.9 times the trunk's or 1.2 times the body's reach, whichever
is more; the whole picture, padded to a square, as long as the trunk was not seen.
"""

from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from hiitpi.pose.interpreter import Interpreter
from hiitpi.pose.keypoints import INDEX, SEEN, Pose
from hiitpi.pose.tracker import PersonTracker

MODELS: Final = ("movenet",)

#: Mean score of the keypoints from which somebody is there. People on recordings have 0.3 and more,
#: empty rooms 0.05.
PRESENT: Final = 0.15

#: How far the crop reaches beyond the trunk and beyond the body.
TRUNK_REACH: Final = 1.9
BODY_REACH: Final = 1.2

TRUNK: Final = [INDEX[f"{side}_{j}"] for side in ("left", "right") for j in ("shoulder", "hip")]
HIPS: Final = [INDEX["left_hip"], INDEX["right_hip"]]

#: x and y of the upper left corner, and the side: a square in pixels, which may leave the picture.
Square = tuple[float, float, float]


class MoveNet:
    """MoveNet Lightning on the CPU or the Edge TPU."""

    def __init__(self, model: Path, threads: int = 1, edgetpu: bool = False) -> None:
        self.name = "movenet on Edge TPU" if edgetpu else "movenet"
        self.main_model = Interpreter(model, threads, edgetpu)
        self._size = self.main_model.input_shape[1]
        self._crop: Square | None = None
        self._athlete = PersonTracker()

    def reset(self) -> None:
        """Look at the whole of the next picture."""
        self._crop = None
        self._athlete.reset()

    def infer(self, image: NDArray[np.uint8], time: float) -> Pose | None:
        """The person in the crop around the last pose, or in the picture; None: nobody.

        Args:
            image: uint8 (H, W, 3) RGB.
            time: of the picture, seconds.
        """
        height, width = image.shape[:2]
        followed = self._crop is not None
        pose = self._look(image, self._crop or whole(width, height))
        if pose is None and followed:  # lost: it may have stepped aside
            pose = self._look(image, whole(width, height))
        pose = self._athlete.take(pose, time)
        self._crop = None if pose is None else around(pose, width, height)
        return pose

    def keypoints(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Run the model on a picture of its input's size: (17, 3) y, x (0..1) and score."""
        (raw,) = self.main_model.invoke(image[None])
        found: NDArray[np.float32] = raw.reshape(17, 3)
        return found

    def _look(self, image: NDArray[np.uint8], crop: Square) -> Pose | None:
        x, y, side = crop
        scale = self._size / side
        matrix = np.array([[scale, 0, -x * scale], [0, scale, -y * scale]])
        small = cv2.warpAffine(image, matrix, (self._size, self._size))
        found = self.keypoints(small)
        confidence = float(found[:, 2].mean())
        if confidence < PRESENT:
            return None
        xy = found[:, 1::-1] * np.float32(side) + np.array((x, y), np.float32)
        return Pose(xy, found[:, 2].copy(), confidence)


def open_engine(name: str, files: list[Path], threads: int, edgetpu: bool) -> MoveNet:
    """Open the engine; see `hiitpi.pose.engine`."""
    return MoveNet(files[0], threads, edgetpu)


def whole(width: int, height: int) -> Square:
    """The square around the whole picture."""
    side = max(width, height)
    return (width - side) / 2, (height - side) / 2, side


def around(pose: Pose, width: int, height: int) -> Square:
    """Where to look for the person in the next picture."""
    seen = pose.score >= SEEN
    trunk_seen = seen[[INDEX["left_hip"], INDEX["right_hip"]]].any() and seen[TRUNK].sum() >= 3
    if not trunk_seen:
        return whole(width, height)
    centre = pose.xy[HIPS].mean(axis=0)
    trunk = np.abs(pose.xy[TRUNK] - centre).max()
    body = np.abs(pose.xy[seen] - centre).max()
    corners = max(centre[0], width - centre[0], centre[1], height - centre[1])
    half = float(min(max(trunk * TRUNK_REACH, body * BODY_REACH), corners))
    if half > max(width, height) / 2:
        return whole(width, height)
    return float(centre[0]) - half, float(centre[1]) - half, 2 * half
