"""BlazePose: a detector finds the person; a landmark model then tracks it in a rotated crop.

Bazarevsky et al. 2020, "BlazePose: On-device Real-time Body Pose tracking". The constants are those
of MediaPipe's graphs `pose_detection` and `pose_landmark` (Apache-2.0), whose two models are used
unmodified.
"""

import math
from pathlib import Path
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from hiitpi.pose.interpreter import Interpreter
from hiitpi.pose.keypoints import Pose
from hiitpi.pose.tracker import PersonTracker

MODELS: Final = ("blazepose", "blazepose_lite", "blazepose_heavy")

#: Indices of the 17 COCO keypoints among BlazePose's 33 landmarks.
COCO: Final = [0, 2, 5, 7, 8, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28]

#: Indices of the auxiliary landmarks: the hip centre, and a point on the circle around the body.
CENTRE: Final = 33
RIM: Final = 34

#: Input sizes of the two models.
DETECTOR_PX: Final = 224
LANDMARKS_PX: Final = 256

#: Minimum scores for a person to be present: of a detection, and of the landmarks.
MIN_DETECTION_SCORE: Final = 0.5
MIN_PRESENCE_SCORE: Final = 0.5

#: Detections whose intersection over union with the best one exceeds this are the same person.
MIN_OVERLAP: Final = 0.3

#: The person is lost if the crop grows or shrinks by more than this factor between two frames at
#: 30 frames/s (a slower camera adds SCALE_CHANGE_PER_S for each second beyond 1/30), or gets
#: smaller than MIN_CROP_PX.
MAX_SCALE_CHANGE: Final = 1.8
SCALE_CHANGE_PER_S: Final = 2.0
MIN_CROP_PX: Final = 24.0

#: Size of the crop relative to the circle around the body.
CROP_MARGIN: Final = 1.25


class Region(NamedTuple):
    """A square of the frame that is rotated with the body.

    Attributes:
        x: centre, pixels.
        y: centre, pixels.
        size: side length, pixels.
        angle: rotation, radians; 0: the body is upright.
    """

    x: float
    y: float
    size: float
    angle: float


class BlazePose:
    """BlazePose's detector and landmark model, on the CPU.

    Args:
        name: name of the model in the catalogue.
        detector: .tflite file of the person detector.
        landmarks: .tflite file of the landmark model.
        threads: CPU threads per inference.
    """

    def __init__(self, name: str, detector: Path, landmarks: Path, threads: int = 1) -> None:
        self.name = name
        self._detector = Interpreter(detector, threads)
        self.main_model = Interpreter(landmarks, threads)
        self._boxes = _output(self._detector, (1, 2254, 12))
        self._scores = _output(self._detector, (1, 2254, 1))
        self._points = _output(self.main_model, (1, 195))
        self._flag = _output(self.main_model, (1, 1))
        self._anchors = anchors()
        self._region: Region | None = None
        self._tracker = PersonTracker()

    def reset(self) -> None:
        """Forget the person; detect one in the next frame."""
        self._region = None
        self._tracker.reset()

    def infer(self, image: NDArray[np.uint8], time: float) -> Pose | None:
        """Return the pose of the tracked person, or of the best detection if none is tracked.

        Args:
            image: uint8 (H, W, 3) RGB.
            time: time of the frame, seconds.

        Returns:
            The pose; None if there is no person.
        """
        pose = None
        crop = self._region or self._detect(image, time)
        if crop:
            scale_change = MAX_SCALE_CHANGE + SCALE_CHANGE_PER_S * self._tracker.delay(time)
            pose, self._region = self._track(image, crop, scale_change)
        pose = self._tracker.accept(pose, time)
        if pose is None:
            self._region = None
        return pose

    def _detect(self, image: NDArray[np.uint8], time: float) -> Region | None:
        """Run the detector on the frame, padded to a square; return the crop for the landmarks."""
        height, width = image.shape[:2]
        scale = DETECTOR_PX / max(height, width)
        offset = np.array([DETECTOR_PX - width * scale, DETECTOR_PX - height * scale]) / 2
        matrix = np.array([[scale, 0, offset[0]], [0, scale, offset[1]]])
        resized = cv2.warpAffine(image, matrix, (DETECTOR_PX, DETECTOR_PX))
        outputs = self._detector.invoke((resized.astype(np.float32) * (1 / 127.5) - 1)[None])
        scores = _sigmoid(outputs[self._scores][0, :, 0])
        box = self._tracker.search_region(time)
        if box:  # ignore detections where the athlete cannot be
            x, y = (self._anchors * DETECTOR_PX - offset).T / scale
            inside = (x > box.left) & (x < box.right) & (y > box.top) & (y < box.bottom)
            scores = np.where(inside, scores, 0)
        if scores.max() < MIN_DETECTION_SCORE:
            return None
        points = _blend(outputs[self._boxes][0], scores, self._anchors)
        centre, rim = (points * DETECTOR_PX - offset) / scale
        return region(centre, rim)

    def _track(
        self, image: NDArray[np.uint8], crop: Region, scale_change: float
    ) -> tuple[Pose | None, Region | None]:
        """Run the landmark model on a crop; return the pose and the crop for the next frame."""
        to_image = crop_matrix(crop)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        cropped = cv2.warpAffine(image, to_image, (LANDMARKS_PX, LANDMARKS_PX), flags=flags)
        outputs = self.main_model.invoke((cropped.astype(np.float32) * (1 / 255))[None])
        presence = float(outputs[self._flag][0, 0])
        if presence < MIN_PRESENCE_SCORE:
            return None, None
        points = outputs[self._points][0].reshape(39, 5)
        xy = points[:, :2] @ to_image[:, :2].T + to_image[:, 2]
        score = _sigmoid(points[COCO, 3])
        pose = Pose(xy[COCO].astype(np.float32), score.astype(np.float32), presence)
        next_crop = region(xy[CENTRE], xy[RIM])
        return pose, next_crop if _plausible(next_crop, crop, scale_change, image.shape) else None


def open_engine(name: str, files: list[Path], threads: int, edgetpu: bool) -> BlazePose:
    """Open the engine; see `hiitpi.pose.engine`."""
    detector, landmarks = files
    return BlazePose(name, detector, landmarks, threads)


def anchors() -> NDArray[np.float32]:
    """Return the centres of the detector's anchors.

    The detector has layers of strides 8, 16, 32, 32 and 32, with two anchors per cell and layer;
    layers of the same stride share their cells.

    Returns:
        float32 (2254, 2): x and y, 0..1 of the input.
    """
    layers = []
    for stride, per_cell in ((8, 2), (16, 2), (32, 6)):
        cells = DETECTOR_PX // stride
        centres = (np.arange(cells) + 0.5) / cells
        x, y = np.meshgrid(centres, centres)
        layers.append(np.repeat(np.column_stack((x.ravel(), y.ravel())), per_cell, axis=0))
    return np.concatenate(layers).astype(np.float32)


def region(centre: NDArray[np.floating], rim: NDArray[np.floating]) -> Region:
    """Return the square around a circle, rotated so that the rim point is up.

    Args:
        centre: centre of the circle, (2,) x and y in pixels.
        rim: a point on the circle, (2,) x and y in pixels.
    """
    dx, dy = float(rim[0] - centre[0]), float(rim[1] - centre[1])
    size = 2 * math.hypot(dx, dy) * CROP_MARGIN
    return Region(float(centre[0]), float(centre[1]), size, math.atan2(dx, -dy))


def _plausible(crop: Region, previous: Region, scale_change: float, shape: tuple[int, ...]) -> bool:
    """Return whether the next crop can hold the same person; if not, the detector runs again.

    The test is cheap but sufficient: a crop that has lost its person drifts out of the frame,
    shrinks to a point, or changes its size by more than the factor `scale_change` in one frame.
    """
    height, width = shape[:2]
    inside = 0 <= crop.x < width and 0 <= crop.y < height
    ratio = crop.size / previous.size
    return inside and 1 / scale_change < ratio < scale_change and crop.size > MIN_CROP_PX


def crop_matrix(crop: Region) -> NDArray[np.float64]:
    """Return the affine map (2, 3) from pixels of the landmark crop to pixels of the frame."""
    scale = crop.size / LANDMARKS_PX
    cos, sin = math.cos(crop.angle) * scale, math.sin(crop.angle) * scale
    half = LANDMARKS_PX / 2
    return np.array(
        [
            [cos, -sin, crop.x - (cos - sin) * half],
            [sin, cos, crop.y - (sin + cos) * half],
        ]
    )


def _blend(
    boxes: NDArray[np.float32], scores: NDArray[np.float32], anchor: NDArray[np.float32]
) -> NDArray[np.floating]:
    """Return the alignment points of the best detection.

    Weighted non-maximum suppression: the score-weighted mean of all detections that overlap the
    best one.

    Args:
        boxes: raw boxes of the detector, (2254, 12).
        scores: (2254,), 0..1.
        anchor: centres of the anchors; see `anchors`.

    Returns:
        (2, 2): centre and rim point, x and y, 0..1 of the input.
    """
    candidates = np.flatnonzero(scores >= MIN_DETECTION_SCORE)
    box, score, centre = boxes[candidates] / DETECTOR_PX, scores[candidates], anchor[candidates]
    middle, half = box[:, :2] + centre, box[:, 2:4] / 2
    low, high = middle - half, middle + half
    best = int(score.argmax())
    sides = np.minimum(high, high[best]) - np.maximum(low, low[best])
    intersection = np.prod(np.maximum(sides, 0), axis=1)
    area = np.prod(high - low, axis=1)
    same = intersection / (area + area[best] - intersection + 1e-9) > MIN_OVERLAP
    points = box[same, 4:8].reshape(-1, 2, 2) + centre[same, None]
    blended: NDArray[np.floating] = np.average(points, axis=0, weights=score[same])
    return blended


def _output(model: Interpreter, shape: tuple[int, ...]) -> int:
    """Return the index of the model's output with that shape."""
    return next(i for i, out in enumerate(model.outputs) if tuple(out["shape"]) == shape)


def _sigmoid(x: NDArray[np.float32]) -> NDArray[np.float32]:
    return (1 / (1 + np.exp(-np.clip(x, -80, 80)))).astype(np.float32)
