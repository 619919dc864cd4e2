"""BlazePose: a detector finds the person, a landmark model follows with a crop that turns along.

Bazarevsky et al. 2020, "BlazePose: On-device Real-time Body Pose tracking". The constants are those
of MediaPipe's graphs `pose_detection` and `pose_landmark` (Apache-2.0), whose two models are used
as they are.
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

MODELS: Final = ("blazepose",)

#: The 17 COCO keypoints among BlazePose's 33 landmarks.
COCO: Final = [0, 2, 5, 7, 8, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28]

#: Auxiliary landmarks: middle of the hips, and a point on the circle around the whole body.
CENTRE: Final = 33
RIM: Final = 34

#: Input sizes of the two models, pixels.
DETECTOR: Final = 224
LANDMARKS: Final = 256

#: Scores below which there is nobody: of a detection, and of the landmarks.
DETECTED: Final = 0.5
PRESENT: Final = 0.5

#: Detections that share more than this (intersection over union) with the best are the same person.
OVERLAP: Final = 0.3

#: A crop that changes by more than this factor between two pictures at 30 frames/s (and this much
#: more for each second beyond 1/30 of a slower camera), or is smaller than this (pixels), has lost
#: its person.
SWELL: Final = 1.8
SWELL_PER_S: Final = 2.0
SMALLEST: Final = 24.0

#: The crop is this much larger than the circle around the body.
MARGIN: Final = 1.25


class Region(NamedTuple):
    """A square of the picture that turns with the body: pixels, and its angle in radians."""

    x: float
    y: float
    size: float
    angle: float


class BlazePose:
    """The BlazePose pair on the CPU."""

    name = "blazepose"

    def __init__(self, detector: Path, landmarks: Path, threads: int = 1) -> None:
        self._detector = Interpreter(detector, threads)
        self.main_model = Interpreter(landmarks, threads)
        self._boxes = _output(self._detector, (1, 2254, 12))
        self._scores = _output(self._detector, (1, 2254, 1))
        self._points = _output(self.main_model, (1, 195))
        self._flag = _output(self.main_model, (1, 1))
        self._anchors = anchors()
        self._region: Region | None = None
        self._athlete = PersonTracker()

    def reset(self) -> None:
        """Look for the person anew in the next picture."""
        self._region = None
        self._athlete.reset()

    def infer(self, image: NDArray[np.uint8], time: float) -> Pose | None:
        """The pose of the person followed, or of the one found best; None: nobody.

        Args:
            image: uint8 (H, W, 3) RGB.
            time: of the picture, seconds.
        """
        pose = None
        where = self._region or self._detect(image, time)
        if where:
            swell = SWELL + SWELL_PER_S * self._athlete.late(time)
            pose, self._region = self._follow(image, where, swell)
        pose = self._athlete.take(pose, time)
        if pose is None:
            self._region = None
        return pose

    def _detect(self, image: NDArray[np.uint8], time: float) -> Region | None:
        height, width = image.shape[:2]
        scale = DETECTOR / max(height, width)
        offset = np.array([DETECTOR - width * scale, DETECTOR - height * scale]) / 2
        matrix = np.array([[scale, 0, offset[0]], [0, scale, offset[1]]])
        small = cv2.warpAffine(image, matrix, (DETECTOR, DETECTOR))
        outputs = self._detector.invoke((small.astype(np.float32) * (1 / 127.5) - 1)[None])
        scores = _sigmoid(outputs[self._scores][0, :, 0])
        near = self._athlete.search_region(time)
        if near:  # only who may be the athlete
            x, y = (self._anchors * DETECTOR - offset).T / scale
            there = (x > near.left) & (x < near.right) & (y > near.top) & (y < near.bottom)
            scores = np.where(there, scores, 0)
        if scores.max() < DETECTED:
            return None
        points = _blend(outputs[self._boxes][0], scores, self._anchors)
        centre, rim = (points * DETECTOR - offset) / scale
        return region(centre, rim)

    def _follow(
        self, image: NDArray[np.uint8], where: Region, swell: float
    ) -> tuple[Pose | None, Region | None]:
        to_image = crop_matrix(where)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        crop = cv2.warpAffine(image, to_image, (LANDMARKS, LANDMARKS), flags=flags)
        outputs = self.main_model.invoke((crop.astype(np.float32) * (1 / 255))[None])
        present = float(outputs[self._flag][0, 0])
        if present < PRESENT:
            return None, None
        points = outputs[self._points][0].reshape(39, 5)
        xy = points[:, :2] @ to_image[:, :2].T + to_image[:, 2]
        score = _sigmoid(points[COCO, 3])
        pose = Pose(xy[COCO].astype(np.float32), score.astype(np.float32), present)
        ahead = region(xy[CENTRE], xy[RIM])
        return pose, ahead if _plausible(ahead, where, swell, image.shape) else None


def open_engine(name: str, files: list[Path], threads: int, edgetpu: bool) -> BlazePose:
    """Open the engine; see `hiitpi.pose.engine`."""
    detector, landmarks = files
    return BlazePose(detector, landmarks, threads)


def anchors() -> NDArray[np.float32]:
    """Centres of the detector's 2254 anchors, 0..1, x and y: (2254, 2).

    Strides 8, 16, 32, 32, 32; two anchors a cell and layer; layers of one stride share their cells.
    """
    layers = []
    for stride, per_cell in ((8, 2), (16, 2), (32, 6)):
        cells = DETECTOR // stride
        centres = (np.arange(cells) + 0.5) / cells
        x, y = np.meshgrid(centres, centres)
        layers.append(np.repeat(np.column_stack((x.ravel(), y.ravel())), per_cell, axis=0))
    return np.concatenate(layers).astype(np.float32)


def region(centre: NDArray[np.floating], rim: NDArray[np.floating]) -> Region:
    """The square around the circle `centre`-`rim`, turned so that the rim point is up."""
    dx, dy = float(rim[0] - centre[0]), float(rim[1] - centre[1])
    size = 2 * math.hypot(dx, dy) * MARGIN
    return Region(float(centre[0]), float(centre[1]), size, math.atan2(dx, -dy))


def _plausible(ahead: Region, before: Region, swell: float, shape: tuple[int, ...]) -> bool:
    """Whether the next crop can hold the same person; if not, the detector is asked again.

    Cheap, and enough: a crop that has lost its person wanders out of the picture, shrinks to a
    point, or swells by more than `swell` within one frame.
    """
    height, width = shape[:2]
    inside = 0 <= ahead.x < width and 0 <= ahead.y < height
    return inside and 1 / swell < ahead.size / before.size < swell and ahead.size > SMALLEST


def crop_matrix(where: Region) -> NDArray[np.float64]:
    """The affine map (2, 3) from pixels of the landmark crop to pixels of the picture."""
    scale = where.size / LANDMARKS
    cos, sin = math.cos(where.angle) * scale, math.sin(where.angle) * scale
    half = LANDMARKS / 2
    return np.array(
        [
            [cos, -sin, where.x - (cos - sin) * half],
            [sin, cos, where.y - (sin + cos) * half],
        ]
    )


def _blend(
    boxes: NDArray[np.float32], scores: NDArray[np.float32], anchor: NDArray[np.float32]
) -> NDArray[np.floating]:
    """The two alignment points (2, 2), 0..1, of the best person.

    Weighted non-maximum suppression: the mean of all boxes that overlap the best one.
    """
    likely = np.flatnonzero(scores >= DETECTED)
    found, score, centre = boxes[likely] / DETECTOR, scores[likely], anchor[likely]
    middle, half = found[:, :2] + centre, found[:, 2:4] / 2
    low, high = middle - half, middle + half
    best = int(score.argmax())
    sides = np.minimum(high, high[best]) - np.maximum(low, low[best])
    shared = np.prod(np.maximum(sides, 0), axis=1)
    area = np.prod(high - low, axis=1)
    same = shared / (area + area[best] - shared + 1e-9) > OVERLAP
    points = found[same, 4:8].reshape(-1, 2, 2) + centre[same, None]
    blended: NDArray[np.floating] = np.average(points, axis=0, weights=score[same])
    return blended


def _output(model: Interpreter, shape: tuple[int, ...]) -> int:
    return next(i for i, out in enumerate(model.outputs) if tuple(out["shape"]) == shape)


def _sigmoid(x: NDArray[np.float32]) -> NDArray[np.float32]:
    return (1 / (1 + np.exp(-np.clip(x, -80, 80)))).astype(np.float32)
