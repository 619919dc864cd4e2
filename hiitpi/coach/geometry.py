"""Named quantities of a body: angles, spreads, heights. What the rules of a workout speak of.

A `Measure` compared with a number is a `Condition`, which knows its threshold, how far a value
missed it, and the words that help the athlete. Angles are in degrees; lengths are multiples of a
length of the same body, never pixels, so that neither distance nor resolution matters.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from hiitpi.coach.level import Level
from hiitpi.pose.keypoints import SEEN, SIDES

#: A limb shorter than this part of the trunk's length points at the camera; a thigh has 0.85.
DOT: Final = 0.25

#: A trunk shorter than this part of the arm's length points at the camera; it is about as long.
POINTS: Final = 0.55

Point = tuple[float, float]
NAN: Final = math.nan

#: Lengths of the body that others are measured by: the joints at their two ends.
LENGTHS: Final = {
    "torso": ("shoulder", "hip"),
    "shin": ("knee", "ankle"),
    "arm": ("shoulder", "wrist"),
}

#: A limb that points at the camera looks short, so a body length is the upper end of what was seen
#: lately: this quantile of the last so many seconds.
LONG, MEMORY = 0.8, 5.0

#: A side counts as seen well when its score is at least this part of the other side's: from the
#: side, the far limb is guessed rather than seen.
WELL = 0.6


class Body:
    """The athlete at one moment: steady joints, and how long the body's parts are in this picture.

    One Body lives as long as its athlete is in view; `update` moves it on.
    """

    def __init__(self) -> None:
        self._xy: list[Point] = []
        self._score: list[float] = [0.0] * 17
        self._length = {name: Level(LONG, MEMORY) for name in LENGTHS}

    def update(self, joints: NDArray[np.float32], time: float) -> None:
        """Take steady joints, (17, 3) x, y, score as `Smoother` gives them, at `time` seconds."""
        rows = joints.tolist()
        self._xy = [(x, y) for x, y, _ in rows]
        self._score = [score for _, _, score in rows]
        for name, ends in LENGTHS.items():
            self._length[name].update(self._longest(*ends), time)

    def point(self, joint: str, side: int) -> Point:
        """Pixel position of a joint on a side (0 left, 1 right); NaN when it is not seen."""
        return self._xy[SIDES[joint][side]]

    def score(self, joint: str, side: int) -> float:
        """How sure the engine is of a joint on a side, 0..1."""
        return self._score[SIDES[joint][side]]

    def middle(self, joint: str) -> Point:
        """The middle between left and right, by score; one side alone when only it is seen."""
        (xl, yl), (xr, yr) = self.point(joint, 0), self.point(joint, 1)
        left, right = self.score(joint, 0), self.score(joint, 1)
        if left < SEEN and right < SEEN:
            return NAN, NAN
        if left < SEEN:
            return xr, yr
        if right < SEEN:
            return xl, yl
        total = left + right
        return (xl * left + xr * right) / total, (yl * left + yr * right) / total

    def length(self, name: str) -> float:
        """A body length in pixels of this picture; NaN as long as it was not seen."""
        return self._length[name].value or NAN  # a body of no size is not seen

    def _longest(self, end: str, other: str) -> float:
        sides = (math.dist(self.point(end, s), self.point(other, s)) for s in (0, 1))
        known = [length for length in sides if not math.isnan(length)]
        return max(known) if known else NAN


@dataclass(frozen=True, slots=True)
class Reading:
    """The value of a measure at one moment; NaN: not seen.

    Attributes:
        value: of the whole body.
        left, right: of each side that is seen well; NaN also when the measure has no sides.
    """

    value: float
    left: float = NAN
    right: float = NAN


UNSEEN: Final = Reading(NAN)


@dataclass(frozen=True, eq=False)
class Measure:
    """A named quantity of the body.

    Attributes:
        name: what it is, in words, for graphs and documents.
        unit: "°" or "× torso" and the like.
        says: words for the athlete: (when the value should be lower, when it should be higher).
        joints: the joints it is made of; all must be seen, on one side at least.
        read: takes the measure of a body.
        slack: in the unit, how much either side alone may fall short of what both must reach.
        needed: whether a condition on it holds a repetition up when the joints are out of view.
    """

    name: str
    unit: str
    says: tuple[str, str]
    joints: tuple[str, ...]
    read: Callable[[Body], Reading]
    slack: float = 0.0
    needed: bool = True

    def __lt__(self, threshold: float) -> "Condition":
        return Condition(self, "<", threshold)

    def __gt__(self, threshold: float) -> "Condition":
        return Condition(self, ">", threshold)


@dataclass(frozen=True)
class Condition:
    """A measure compared with a threshold: `arms > 110`."""

    measure: Measure
    sign: Literal["<", ">"]
    threshold: float
    words: str = field(default="", compare=False)

    def missed_by(self, reading: Reading) -> float:
        """How far `reading` is from fulfilling this, in the measure's unit; 0 or less: fulfilled.

        Each side that is seen well must come near, so that one arm cannot do the work of two.
        """
        worst = self._missed(reading.value)
        for side in (reading.left, reading.right):
            if not math.isnan(side):
                worst = max(worst, self._missed(side) - self.measure.slack)
        return worst

    def _missed(self, value: float) -> float:
        return value - self.threshold if self.sign == "<" else self.threshold - value

    @property
    def cue(self) -> str:
        """What to tell an athlete who missed it."""
        return self.words or self.measure.says[0 if self.sign == "<" else 1]

    def __str__(self) -> str:
        return f"{self.measure.name} {self.sign} {self.threshold:g}{self.measure.unit}"


def angle(a: str, b: str, c: str, *, says: tuple[str, str], needed: bool = True) -> Measure:
    """The angle at joint `b` between `a` and `c`, 0..180°.

    A limb that points at the camera is a dot in the picture and has no direction there: the angle
    is not seen, then.
    """

    def side(body: Body, s: int) -> float:
        pa, pb, pc = body.point(a, s), body.point(b, s), body.point(c, s)
        ux, uy, vx, vy = pa[0] - pb[0], pa[1] - pb[1], pc[0] - pb[0], pc[1] - pb[1]
        if min(math.hypot(ux, uy), math.hypot(vx, vy)) < DOT * body.length("torso"):
            return NAN
        return math.degrees(abs(math.atan2(ux * vy - uy * vx, ux * vx + uy * vy)))

    joints = (a, b, c)
    read = _both(joints, side)
    return Measure(f"{a}-{b}-{c} angle", "°", says, joints, read, 30.0, needed)


def height(
    joint: str, *, over: str, per: str, says: tuple[str, str], needed: bool = True
) -> Measure:
    """How far `joint` is above the joint `over`, in multiples of the body length `per`."""

    def side(body: Body, s: int) -> float:
        return (body.point(over, s)[1] - body.point(joint, s)[1]) / body.length(per)

    joints = (joint, over)
    name = f"height of the {joint}s over the {over}s"
    return Measure(name, f" × {per}", says, joints, _both(joints, side), 0.25, needed)


def spread(joint: str, *, per: str, says: tuple[str, str], needed: bool = True) -> Measure:
    """How far apart the left and right `joint` are, left to right, in multiples of `per`."""

    def read(body: Body) -> Reading:
        return Reading(abs(body.point(joint, 0)[0] - body.point(joint, 1)[0]) / body.length(per))

    name = f"spread of the {joint}s"
    return Measure(name, f" × {per}", says, (joint,), read, needed=needed)


def lean(*, says: tuple[str, str], needed: bool = True) -> Measure:
    """How far the trunk leans from upright: 0° upright, 90° lying, 180° head down.

    A trunk that points at the camera, as in a push-up seen from the front, is not seen to lean.
    """

    def read(body: Body) -> Reading:
        (hx, hy), (sx, sy) = body.middle("hip"), body.middle("shoulder")
        if math.hypot(hx - sx, hy - sy) < POINTS * body.length("arm"):
            return UNSEEN
        return Reading(math.degrees(math.atan2(abs(sx - hx), hy - sy)))

    return Measure("lean of the trunk", "°", says, ("hip", "shoulder"), read, needed=needed)


def _both(joints: tuple[str, ...], side: Callable[[Body, int], float]) -> Callable[[Body], Reading]:
    """Read a measure that each side has; sides weigh by the score of their worst joint, squared."""

    def read(body: Body) -> Reading:
        left, right = side(body, 0), side(body, 1)
        sure_left = 0.0 if math.isnan(left) else min(body.score(j, 0) for j in joints)
        sure_right = 0.0 if math.isnan(right) else min(body.score(j, 1) for j in joints)
        if sure_left == sure_right == 0.0:
            return UNSEEN
        if sure_right < WELL * sure_left:
            right = NAN
        elif sure_left < WELL * sure_right:
            left = NAN
        if math.isnan(right):
            return Reading(left, left, NAN)
        if math.isnan(left):
            return Reading(right, NAN, right)
        wl, wr = sure_left**2, sure_right**2
        return Reading((wl * left + wr * right) / (wl + wr), left, right)

    return read
