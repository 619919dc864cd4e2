"""Balance: how much the axis of the body sways from side to side."""

import math
from typing import Final

from hiitpi.coach.rules.body import BodyTracker

#: The shoulder line of somebody who faces the camera is about 0.7 of the trunk's length wide; from
#: here on (up to 50° off) leaning to the side can be told from leaning forward.
FACING: Final = 0.45

#: Beyond this lean (degrees) nobody balances on the feet.
UPRIGHT: Final = 60.0

#: Frames after which there is something to say.
ENOUGH: Final = 30


class SwayMeter:
    """The standard deviation of the trunk's lean to the side, in degrees.

    It is kept in one pass (Welford 1962, "Note on a method for calculating corrected sums of
    squares and products"). Only frames count in which the athlete is upright and faces the camera,
    or shows the back.
    """

    def __init__(self) -> None:
        self._frames, self._mean, self._squares = 0, 0.0, 0.0

    def update(self, body: BodyTracker) -> None:
        """Take the body of one frame."""
        wide = abs(body.point("shoulder", 0)[0] - body.point("shoulder", 1)[0])
        if not wide > FACING * body.length("torso"):
            return
        (hx, hy), (sx, sy) = body.middle("hip"), body.middle("shoulder")
        lean = math.degrees(math.atan2(sx - hx, hy - sy))
        if not abs(lean) < UPRIGHT:
            return
        self._frames += 1
        off = lean - self._mean
        self._mean += off / self._frames
        self._squares += off * (lean - self._mean)

    @property
    def sway(self) -> float | None:
        """Degrees; 0 is perfectly still. None: not seen long enough."""
        return math.sqrt(self._squares / self._frames) if self._frames >= ENOUGH else None
