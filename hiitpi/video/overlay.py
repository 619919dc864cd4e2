"""Draws the skeleton that the pose model found."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from hiitpi.pose.keypoints import SEEN, SIDES, SKELETON, Pose

#: RGB: the joints that the workout looks at, and the others.
BRIGHT: Final = (61, 220, 132)
FAINT: Final = (154, 163, 175)

#: Sub-pixel bits of OpenCV's drawing coordinates: lines move smoothly between pixels.
SHIFT: Final = 4


def draw(
    image: NDArray[np.uint8], pose: Pose | None, joints: frozenset[str], mirror: bool
) -> NDArray[np.uint8]:
    """A copy of the frame with the skeleton on it, mirrored if asked.

    Args:
        image: uint8 (H, W, 3) RGB; not changed.
        pose: what to draw; None: only the frame.
        joints: names of the joints ("knee") that are shown bright; none: all of them.
        mirror: left and right exchanged, as people know it from a mirror.
    """
    out: NDArray[np.uint8] = cv2.flip(image, 1) if mirror else image.copy()
    if pose is None:
        return out
    xy = pose.xy.copy()
    if mirror:
        xy[:, 0] = image.shape[1] - 1 - xy[:, 0]
    points = np.rint(xy * (1 << SHIFT)).astype(int).tolist()
    seen = (pose.score >= SEEN).tolist()
    bright = {i for joint in joints for i in SIDES[joint]} if joints else set(range(17))
    thick = max(2, round(image.shape[0] / 160))
    for a, b in sorted(SKELETON, key=lambda bone: bone[0] in bright and bone[1] in bright):
        if seen[a] and seen[b]:
            lit = a in bright and b in bright
            colour, width = (BRIGHT, thick) if lit else (FAINT, max(1, thick - 1))
            cv2.line(out, points[a], points[b], colour, width, cv2.LINE_AA, SHIFT)
    for i, at in enumerate(points):
        if seen[i] and i >= 5:  # the face needs no dots
            radius = (thick + 1) << SHIFT
            cv2.circle(out, at, radius, BRIGHT if i in bright else FAINT, -1, cv2.LINE_AA, SHIFT)
    return out
