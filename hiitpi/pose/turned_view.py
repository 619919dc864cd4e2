"""Turns the image for models that were trained on people who stand, when the person lies.

PoseNet gives higher scores to people who lie if the image is turned so that the head is up, and
places their keypoints better. Whether a turn helps depends on the person and the camera, so both
views are compared now and then, and the one with the higher scores is used.
"""

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from hiitpi.pose.keypoints import SEEN, SIDES, Pose
from hiitpi.pose.tracker import Box

#: Seconds between two comparisons of the views. Each costs an inference.
COMPARE_EVERY_S: Final = 0.2

#: A view replaces the other one if its score has been higher by this much, in an exponential moving
#: average in which each comparison has the given weight. On 34 recordings of floor work 0.05, 0.1
#: and 0.2 counted alike.
MARGIN: Final = 0.05
WEIGHT: Final = 0.3

#: Lean of the trunk, in degrees, from which a person may lie. Weight of each frame in the moving
#: average of the trunk's direction.
MIN_LYING_DEG: Final = 60.0
FRAME_WEIGHT: Final = 0.2

#: Clockwise quarter turns of the image: none, and those that bring a head on the left or on the
#: right of the image to the top.
UPRIGHT, HEAD_LEFT, HEAD_RIGHT = 0, 1, 3

_ROTATIONS: Final = {HEAD_LEFT: cv2.ROTATE_90_CLOCKWISE, HEAD_RIGHT: cv2.ROTATE_90_COUNTERCLOCKWISE}


class ViewChooser:
    """Chooses the turn of the image in which a person is detected with higher scores.

    Attributes:
        turn: clockwise quarter turns of the view in use: `UPRIGHT`, `HEAD_LEFT` or `HEAD_RIGHT`.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Use the upright view for the next person."""
        self.turn = UPRIGHT
        self._trunk: NDArray[np.float32] | None = None  # from shoulders to hips, pixels
        self._advantage = 0.0
        self._compared = -math.inf

    def alternative(self, time: float, lost: bool) -> int | None:
        """Return the turn to compare with the one in use; None if no comparison is due.

        Args:
            time: time of the frame, seconds.
            lost: whether the view in use shows nobody: then the upright one is compared at once.
        """
        other = self._lying_turn() if self.turn == UPRIGHT else UPRIGHT
        due = time - self._compared >= COMPARE_EVERY_S or (lost and self.turn != UPRIGHT)
        return other if due else None

    def compare(self, turn: int, advantage: float, time: float) -> bool:
        """Take the result of a comparison; return whether the other view is used from now on.

        Args:
            turn: the turn that was compared, from `alternative`.
            advantage: its score minus that of the view in use.
            time: time of the frame, seconds.
        """
        self._compared = time
        self._advantage += WEIGHT * (advantage - self._advantage)
        if self._advantage <= MARGIN:
            return False
        self.turn, self._advantage = turn, 0.0
        return True

    def follow(self, pose: Pose) -> None:
        """Follow the direction of the person's trunk in the upright image."""
        (left_shoulder, right_shoulder), (left_hip, right_hip) = SIDES["shoulder"], SIDES["hip"]
        joints = (left_shoulder, right_shoulder, left_hip, right_hip)
        if pose.score[list(joints)].max() < SEEN:
            return
        trunk = (
            pose.xy[left_hip]
            + pose.xy[right_hip]
            - pose.xy[left_shoulder]
            - pose.xy[right_shoulder]
        ) / 2
        if self._trunk is None:
            self._trunk = trunk
        self._trunk = self._trunk + np.float32(FRAME_WEIGHT) * (trunk - self._trunk)

    def _lying_turn(self) -> int | None:
        """Return the turn that brings the head up; None while the person does not lie."""
        if self._trunk is None:
            return None
        x, y = (float(v) for v in self._trunk)
        if math.degrees(math.atan2(abs(x), y)) < MIN_LYING_DEG:
            return None
        return HEAD_LEFT if x > 0 else HEAD_RIGHT


def turned(image: NDArray[np.uint8], turn: int) -> NDArray[np.uint8]:
    """Return an image, uint8 (H, W, 3), turned clockwise by quarter turns."""
    if turn == UPRIGHT:
        return image
    rotated: NDArray[np.uint8] = cv2.rotate(image, _ROTATIONS[turn])
    return rotated


def turned_back(xy: NDArray[np.float32], turn: int, size: tuple[int, int]) -> NDArray[np.float32]:
    """Map points of a turned image to the upright one.

    Args:
        xy: float32 (N, 2), pixels of the turned image.
        turn: clockwise quarter turns.
        size: width and height of the upright image.
    """
    width, height = size
    if turn == HEAD_LEFT:
        return np.stack((xy[:, 1], height - 1 - xy[:, 0]), axis=1)
    if turn == HEAD_RIGHT:
        return np.stack((width - 1 - xy[:, 1], xy[:, 0]), axis=1)
    return xy


def turned_box(box: Box | None, turn: int, size: tuple[int, int]) -> Box | None:
    """Map a box of the upright image to the turned one.

    Args:
        box: the box in pixels; None stays None.
        turn: clockwise quarter turns.
        size: width and height of the upright image.
    """
    if box is None or turn == UPRIGHT:
        return box
    width, height = size
    if turn == HEAD_LEFT:
        return Box(height - 1 - box.bottom, box.left, height - 1 - box.top, box.right)
    return Box(box.top, width - 1 - box.right, box.bottom, width - 1 - box.left)
