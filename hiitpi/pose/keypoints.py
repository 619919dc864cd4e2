"""The vocabulary of poses: COCO's seventeen keypoints and the `Pose` that carries them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # pages and the supervisor know the names of joints, and need no arrays for that
    import numpy as np
    from numpy.typing import NDArray

#: COCO's order (Lin et al. 2014, "Microsoft COCO"). Left is the person's left.
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

INDEX: Final = {name: index for index, name in enumerate(KEYPOINTS)}

#: (left, right) index of each joint that comes in pairs.
SIDES: Final = {
    name.removeprefix("left_"): (INDEX[name], INDEX[name.replace("left_", "right_")])
    for name in KEYPOINTS
    if name.startswith("left_")
}

#: Bones of the drawn skeleton, as pairs of keypoint indices.
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


#: A keypoint below this score is not seen. PoseNet's and MoveNet's own examples draw from 0.2-0.3.
SEEN: Final = 0.2


@dataclass(frozen=True, slots=True)
class Pose:
    """One person in one frame.

    Attributes:
        xy: float32 (17, 2), pixels of the frame, x to the right, y down.
        score: float32 (17,), 0..1, how sure the engine is of each keypoint.
        confidence: 0..1, how sure the engine is that this is a person.
    """

    xy: NDArray[np.float32]
    score: NDArray[np.float32]
    confidence: float
