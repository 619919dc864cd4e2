"""Measures how much the athlete sways from side to side."""

import math
from typing import Final

from hiitpi.coach.rules.body import BodyTracker

#: Minimum shoulder width of a person who faces the camera, in trunk lengths. It is about 0.7 from
#: the front, and 0.45 when turned by 50°; beyond, a sideways lean looks like a forward lean.
MIN_FACING_WIDTH_TRUNKS: Final = 0.45

#: Lean above which the person is not standing, in degrees.
MAX_STANDING_LEAN_DEG: Final = 60.0

#: Minimum number of frames for a result.
MIN_FRAMES: Final = 30


class SwayMeter:
    """Computes the standard deviation of the trunk's sideways lean, in degrees.

    It uses only frames in which the athlete stands and is seen from the front or from behind. The
    variance is updated in one pass (Welford 1962, "Note on a method for calculating corrected sums
    of squares and products").
    """

    def __init__(self) -> None:
        self._frames, self._mean, self._squares = 0, 0.0, 0.0

    def update(self, body: BodyTracker) -> None:
        """Add one frame."""
        width = abs(body.point("shoulder", 0)[0] - body.point("shoulder", 1)[0])
        if not width > MIN_FACING_WIDTH_TRUNKS * body.length("torso"):
            return
        (hx, hy), (sx, sy) = body.middle("hip"), body.middle("shoulder")
        lean = math.degrees(math.atan2(sx - hx, hy - sy))
        if not abs(lean) < MAX_STANDING_LEAN_DEG:
            return
        self._frames += 1
        deviation = lean - self._mean
        self._mean += deviation / self._frames
        self._squares += deviation * (lean - self._mean)

    @property
    def sway(self) -> float | None:
        """The sway in degrees; None if there are fewer than `MIN_FRAMES` frames."""
        return math.sqrt(self._squares / self._frames) if self._frames >= MIN_FRAMES else None
