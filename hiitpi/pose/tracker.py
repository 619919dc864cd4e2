"""Tracks one person among several, by position and size instead of by detection score."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from hiitpi.pose.keypoints import SEEN, Pose

#: Seconds without the tracked person after which any person is accepted.
LOST_AFTER_S: Final = 0.5

#: Maximum displacement of a person's box between two frames at 30 frames/s, in any direction,
#: relative to the size of the box. Most of it is tolerance for jittering keypoints.
MAX_SHIFT: Final = 0.5

#: Maximum factor by which the box grows or shrinks between two frames at 30 frames/s; standing up
#: from the floor takes longer.
MAX_SCALE_CHANGE: Final = 2.5

#: What a slower camera adds to these two limits for each second beyond 1/30 between frames: a
#: sprinter covers two to three body lengths per second, and jumping up from a plank doubles the box
#: within half a second.
SHIFT_PER_S: Final = 3.0
SCALE_CHANGE_PER_S: Final = 2.0
FRAME_INTERVAL_S: Final = 1 / 30


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels (or, for PoseNet, in heat map cells)."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def size(self) -> float:
        """Length of the longer side."""
        return max(self.right - self.left, self.bottom - self.top)

    @property
    def centre(self) -> tuple[float, float]:
        """Centre, x and y."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def expanded(self, by: float) -> "Box":
        """Return the box enlarged by `by` pixels on each side."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def contains(self, x: float, y: float) -> bool:
        """Return whether the point is inside the box."""
        return self.left <= x <= self.right and self.top <= y <= self.bottom


class PersonTracker:
    """Tracks the athlete's box and rejects poses that cannot belong to the same person.

    All limits are in seconds, not frames, so that tracking does not depend on the frame rate. The
    `time` of its methods is that of the frame, in seconds of any monotonic clock.
    """

    def __init__(self) -> None:
        self._box: Box | None = None
        self._last_seen = 0.0

    def reset(self) -> None:
        """Forget the person; accept any next."""
        self._box = None

    def search_region(self, time: float) -> Box | None:
        """Return the box within which the athlete must be at `time`; None if no one is tracked."""
        if self._box is None:
            return None
        shift = MAX_SHIFT + SHIFT_PER_S * self.delay(time)
        return self._box.expanded(shift * self._box.size)

    def delay(self, time: float) -> float:
        """Return the seconds since the athlete was last seen, minus one frame at 30 frames/s.

        It is never negative, and 0 if no one is tracked.
        """
        return max(0.0, time - self._last_seen - FRAME_INTERVAL_S) if self._box else 0.0

    def accept(self, pose: Pose | None, time: float) -> Pose | None:
        """Return the pose if it can be the athlete's, otherwise None; update the tracked box.

        Args:
            pose: the detected pose; None if there is none.
            time: time of the frame, seconds.
        """
        box = box_of(pose) if pose else None
        if box and self._is_same_person(box, time):
            self._box, self._last_seen = box, time
            return pose
        if time - self._last_seen >= LOST_AFTER_S:
            self.reset()
        return None

    def _is_same_person(self, box: Box, time: float) -> bool:
        region = self.search_region(time)
        if self._box is None or region is None:
            return True
        ratio = box.size / max(self._box.size, 1.0)
        scale_change = MAX_SCALE_CHANGE + SCALE_CHANGE_PER_S * self.delay(time)
        return region.contains(*box.centre) and 1 / scale_change <= ratio <= scale_change


def box_of(pose: Pose) -> Box | None:
    """Return the bounding box of the visible keypoints; None if fewer than four are visible."""
    visible = pose.xy[pose.score >= SEEN]
    if len(visible) < 4:
        return None
    (left, top), (right, bottom) = np.min(visible, axis=0), np.max(visible, axis=0)
    return Box(float(left), float(top), float(right), float(bottom))
