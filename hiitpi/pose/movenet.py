"""MoveNet Lightning: detects one person, most accurately in a square crop around the last pose.

The crop follows the model card ("MoveNet.SinglePose", Google 2021) and its TensorFlow Hub tutorial:
centred on the hips, 1.9 times the trunk's or 1.2 times the body's extent, whichever is larger; the
full frame, padded to a square, while the trunk is not visible.
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

#: Minimum mean keypoint score for a person to be present. In recordings people have 0.3 and more,
#: empty rooms 0.05.
MIN_PERSON_SCORE: Final = 0.15

#: Extent of the crop relative to that of the trunk and of the body.
TRUNK_MARGIN: Final = 1.9
BODY_MARGIN: Final = 1.2

TRUNK: Final = [INDEX[f"{side}_{j}"] for side in ("left", "right") for j in ("shoulder", "hip")]
HIPS: Final = [INDEX["left_hip"], INDEX["right_hip"]]

#: A square in pixels: x and y of its upper left corner, and its side length. It may extend beyond
#: the frame.
Square = tuple[float, float, float]


class MoveNet:
    """MoveNet Lightning on the CPU or the Edge TPU.

    Args:
        model: the .tflite file.
        threads: CPU threads per inference.
        edgetpu: whether to run it on the Edge TPU.
    """

    def __init__(self, model: Path, threads: int = 1, edgetpu: bool = False) -> None:
        self.name = "movenet on Edge TPU" if edgetpu else "movenet"
        self.main_model = Interpreter(model, threads, edgetpu)
        self._size = self.main_model.input_shape[1]
        self._crop: Square | None = None
        self._tracker = PersonTracker()

    def reset(self) -> None:
        """Forget the person; search the full next frame."""
        self._crop = None
        self._tracker.reset()

    def infer(self, image: NDArray[np.uint8], time: float) -> Pose | None:
        """Return the pose of the person in the crop around the last pose, or in the full frame.

        Args:
            image: uint8 (H, W, 3) RGB.
            time: time of the frame, seconds.

        Returns:
            The pose; None if there is no person.
        """
        height, width = image.shape[:2]
        tracking = self._crop is not None
        pose = self._infer_crop(image, self._crop or full_frame(width, height))
        if pose is None and tracking:  # the person may have left the crop
            pose = self._infer_crop(image, full_frame(width, height))
        pose = self._tracker.accept(pose, time)
        self._crop = None if pose is None else crop_around(pose, width, height)
        return pose

    def keypoints(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Run the model.

        Args:
            image: uint8 (H, W, 3) RGB of the model's input size.

        Returns:
            float32 (17, 3): y and x, 0..1 of the input, and score.
        """
        (raw,) = self.main_model.invoke(image[None])
        keypoints: NDArray[np.float32] = raw.reshape(17, 3)
        return keypoints

    def _infer_crop(self, image: NDArray[np.uint8], crop: Square) -> Pose | None:
        x, y, side = crop
        scale = self._size / side
        matrix = np.array([[scale, 0, -x * scale], [0, scale, -y * scale]])
        resized = cv2.warpAffine(image, matrix, (self._size, self._size))
        keypoints = self.keypoints(resized)
        confidence = float(keypoints[:, 2].mean())
        if confidence < MIN_PERSON_SCORE:
            return None
        xy = keypoints[:, 1::-1] * np.float32(side) + np.array((x, y), np.float32)
        return Pose(xy, keypoints[:, 2].copy(), confidence)


def open_engine(name: str, files: list[Path], threads: int, edgetpu: bool) -> MoveNet:
    """Open the engine; see `hiitpi.pose.engine`."""
    return MoveNet(files[0], threads, edgetpu)


def full_frame(width: int, height: int) -> Square:
    """Return the square around the full frame, whose size is in pixels."""
    side = max(width, height)
    return (width - side) / 2, (height - side) / 2, side


def crop_around(pose: Pose, width: int, height: int) -> Square:
    """Return the crop in which to search for the person in the next frame.

    Args:
        pose: the last pose.
        width: width of the frame, pixels.
        height: height of the frame, pixels.
    """
    visible = pose.score >= SEEN
    trunk_visible = visible[HIPS].any() and visible[TRUNK].sum() >= 3
    if not trunk_visible:
        return full_frame(width, height)
    centre = pose.xy[HIPS].mean(axis=0)
    trunk = np.abs(pose.xy[TRUNK] - centre).max()
    body = np.abs(pose.xy[visible] - centre).max()
    farthest_edge = max(centre[0], width - centre[0], centre[1], height - centre[1])
    half = float(min(max(trunk * TRUNK_MARGIN, body * BODY_MARGIN), farthest_edge))
    if half > max(width, height) / 2:
        return full_frame(width, height)
    return float(centre[0]) - half, float(centre[1]) - half, 2 * half
