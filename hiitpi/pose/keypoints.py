"""COCO's 17 keypoints, and the `Pose` type that holds them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # web and supervisor import joint names from here, and must not load NumPy
    import numpy as np
    from numpy.typing import NDArray

#: Keypoint names in COCO's order (Lin et al. 2014, "Microsoft COCO"). Left is the person's left.
KEYPOINTS: Final = (
    "nose",
    "left_eye",
    "right_eye",
    "left_ear",
    "right_ear",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
)

#: A keypoint (x, y, score): pixels, y downwards, and 0..1; x and y are NaN if it is not visible.
Keypoint = tuple[float, float, float]

INDEX: Final = {name: index for index, name in enumerate(KEYPOINTS)}

#: Keypoint indices (left, right) of each paired joint.
SIDES: Final = {
    name.removeprefix("left_"): (INDEX[name], INDEX[name.replace("left_", "right_")])
    for name in KEYPOINTS
    if name.startswith("left_")
}

#: Bones of the skeleton in the overlay, as pairs of keypoint indices.
SKELETON: Final = tuple(
    (INDEX[a], INDEX[b])
    for a, b in (
        ("left_shoulder", "right_shoulder"),
        ("left_shoulder", "left_elbow"),
        ("left_elbow", "left_wrist"),
        ("right_shoulder", "right_elbow"),
        ("right_elbow", "right_wrist"),
        ("left_shoulder", "left_hip"),
        ("right_shoulder", "right_hip"),
        ("left_hip", "right_hip"),
        ("left_hip", "left_knee"),
        ("left_knee", "left_ankle"),
        ("right_hip", "right_knee"),
        ("right_knee", "right_ankle"),
    )
)


def body_size(keypoints: Sequence[Keypoint]) -> float:
    """Return the diagonal of the visible keypoints' bounding box, pixels; 0 if none is visible."""
    visible = [(x, y) for x, y, _ in keypoints if x == x]  # NaN is not equal to itself
    if not visible:
        return 0.0
    xs, ys = zip(*visible, strict=True)
    return math.hypot(max(xs) - min(xs), max(ys) - min(ys))


#: Minimum score of a visible keypoint. PoseNet's and MoveNet's own examples draw from 0.2-0.3.
SEEN: Final = 0.2


@dataclass(frozen=True, slots=True)
class Pose:
    """The keypoints of one person in one frame.

    Attributes:
        xy: float32 (17, 2), pixels of the frame, x to the right, y down.
        score: float32 (17,), 0..1, the engine's confidence in each keypoint.
        confidence: 0..1, the engine's confidence that this is a person.
    """

    xy: NDArray[np.float32]
    score: NDArray[np.float32]
    confidence: float
