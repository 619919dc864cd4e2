"""Staying with one person among several: by place and size, not by who is brightest."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from hiitpi.pose.keypoints import SEEN, Pose

#: Seconds without the person after which anybody is taken.
LOST_AFTER_S: Final = 0.5

#: Between two pictures at 30 frames/s nobody's box moves further than this part of its own size, in
#: any direction (most of it is room for keypoints that jump), ...
REACH: Final = 0.5

#: ... nor grows or shrinks by more than this factor (standing up from the floor takes longer).
GROWTH: Final = 2.5

#: What a slower camera adds for each second beyond 1/30 between two pictures: a sprinter covers
#: two to three body lengths in a second, and jumping from a plank doubles the box in half of one.
REACH_PER_S: Final = 3.0
GROWTH_PER_S: Final = 2.0
FRAME_S: Final = 1 / 30


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def size(self) -> float:
        """The longer side."""
        return max(self.right - self.left, self.bottom - self.top)

    @property
    def centre(self) -> tuple[float, float]:
        """The middle."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def expanded(self, by: float) -> "Box":
        """Larger by so many pixels on each side."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def contains(self, x: float, y: float) -> bool:
        """Whether the point lies in it."""
        return self.left <= x <= self.right and self.top <= y <= self.bottom


class PersonTracker:
    """Remembers where the athlete was, and refuses who cannot be the same person.

    Everything goes by seconds, not by pictures: a slow camera loses nobody earlier or later. The
    `time` of its methods is that of the picture, in seconds of any clock that does not run back.
    """

    def __init__(self) -> None:
        self._box: Box | None = None
        self._seen_at = 0.0

    def reset(self) -> None:
        """Follow whoever comes next."""
        self._box = None

    def search_region(self, time: float) -> Box | None:
        """Where the athlete must be at `time`; None: anywhere."""
        if self._box is None:
            return None
        reach = REACH + REACH_PER_S * self.late(time)
        return self._box.expanded(reach * self._box.size)

    def late(self, time: float) -> float:
        """Seconds since the athlete was last seen, beyond one frame at 30 frames/s."""
        return max(0.0, time - self._seen_at - FRAME_S) if self._box else 0.0

    def take(self, pose: Pose | None, time: float) -> Pose | None:
        """The pose, if it is the athlete's; None if it is not, or there is none."""
        box = box_of(pose) if pose else None
        if box and self._same(box, time):
            self._box, self._seen_at = box, time
            return pose
        if time - self._seen_at >= LOST_AFTER_S:
            self.reset()
        return None

    def _same(self, box: Box, time: float) -> bool:
        near = self.search_region(time)
        if self._box is None or near is None:
            return True
        ratio = box.size / max(self._box.size, 1.0)
        growth = GROWTH + GROWTH_PER_S * self.late(time)
        return near.contains(*box.centre) and 1 / growth <= ratio <= growth


def box_of(pose: Pose) -> Box | None:
    """The rectangle around the keypoints that are seen; None when fewer than four are."""
    seen = pose.xy[pose.score >= SEEN]
    if len(seen) < 4:
        return None
    (left, top), (right, bottom) = np.min(seen, axis=0), np.max(seen, axis=0)
    return Box(float(left), float(top), float(right), float(bottom))
