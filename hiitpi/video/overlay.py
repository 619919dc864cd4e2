"""Draws the detected skeleton on a frame."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from hiitpi.pose.keypoints import SEEN, SIDES, SKELETON, Pose

#: RGB colours of the joints that the workout uses, and of all others.
BRIGHT: Final = (61, 220, 132)
FAINT: Final = (154, 163, 175)

#: Fractional bits of OpenCV's drawing coordinates: sub-pixel accuracy avoids jittering lines.
SUBPIXEL_BITS: Final = 4


def draw(
    image: NDArray[np.uint8], pose: Pose | None, joints: frozenset[str], mirror: bool
) -> NDArray[np.uint8]:
    """Return a copy of a frame with the skeleton drawn on it.

    Args:
        image: uint8 (H, W, 3) RGB; not changed.
        pose: the skeleton; None to copy only the frame.
        joints: names of the joints to highlight, such as "knee"; if empty, all are highlighted.
        mirror: whether to flip the result horizontally, like a mirror.

    Returns:
        uint8 (H, W, 3) RGB.
    """
    out: NDArray[np.uint8] = cv2.flip(image, 1) if mirror else image.copy()
    if pose is None:
        return out
    xy = pose.xy.copy()
    if mirror:
        xy[:, 0] = image.shape[1] - 1 - xy[:, 0]
    points = np.rint(xy * (1 << SUBPIXEL_BITS)).astype(int).tolist()
    visible = (pose.score >= SEEN).tolist()
    bright = {i for joint in joints for i in SIDES[joint]} if joints else set(range(17))
    thickness = max(2, round(image.shape[0] / 160))
    for a, b in sorted(SKELETON, key=lambda bone: bone[0] in bright and bone[1] in bright):
        if visible[a] and visible[b]:
            is_bright = a in bright and b in bright
            colour, width = (BRIGHT, thickness) if is_bright else (FAINT, max(1, thickness - 1))
            cv2.line(out, points[a], points[b], colour, width, cv2.LINE_AA, SUBPIXEL_BITS)
    for i, point in enumerate(points):
        if visible[i] and i >= 5:  # no dots on the face, whose keypoints come first
            radius = (thickness + 1) << SUBPIXEL_BITS
            colour = BRIGHT if i in bright else FAINT
            cv2.circle(out, point, radius, colour, -1, cv2.LINE_AA, SUBPIXEL_BITS)
    return out
