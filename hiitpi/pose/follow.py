"""Staying with one person among several: by place and size, not by who is brightest."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from hiitpi.pose.keypoints import SEEN, Pose

#: Pictures without the person after which anybody is taken: half a second at 30 pictures/s.
PATIENCE: Final = 15

#: Between two pictures nobody moves further than this part of the own size, in any direction, ...
REACH: Final = 0.5

#: ... nor grows or shrinks by more than this factor (standing up from the floor takes longer).
GROWTH: Final = 2.5


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

    def grown(self, by: float) -> "Box":
        """Larger by so many pixels on each side."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def has(self, x: float, y: float) -> bool:
        """Whether the point lies in it."""
        return self.left <= x <= self.right and self.top <= y <= self.bottom


class Follower:
    """Remembers where the athlete was, and refuses who cannot be the same person."""

    def __init__(self) -> None:
        self._box: Box | None = None
        self._missed = 0

    def reset(self) -> None:
        """Follow whoever comes next."""
        self._box, self._missed = None, 0

    @property
    def near(self) -> Box | None:
        """Where the athlete must be now; None: anywhere."""
        return self._box.grown(REACH * self._box.size) if self._box else None

    def take(self, pose: Pose | None) -> Pose | None:
        """The pose, if it is the athlete's; None if it is not, or there is none."""
        box = box_of(pose) if pose else None
        if box and self._same(box):
            self._box, self._missed = box, 0
            return pose
        self._missed += 1
        if self._missed >= PATIENCE:
            self.reset()
        return None

    def _same(self, box: Box) -> bool:
        if self._box is None:
            return True
        near = self.near
        assert near is not None
        ratio = box.size / max(self._box.size, 1.0)
        return near.has(*box.centre) and 1 / GROWTH <= ratio <= GROWTH


def box_of(pose: Pose) -> Box | None:
    """The rectangle around the keypoints that are seen; None when fewer than four are."""
    seen = pose.xy[pose.score >= SEEN]
    if len(seen) < 4:
        return None
    (left, top), (right, bottom) = np.min(seen, axis=0), np.max(seen, axis=0)
    return Box(float(left), float(top), float(right), float(bottom))
