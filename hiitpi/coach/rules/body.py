"""The athlete at one moment: steady joints, and what is usual of this body in this picture."""

import math
from collections import deque
from itertools import pairwise
from typing import Final

from hiitpi.coach.rules.rolling_quantile import SAMPLE_INTERVAL_S, RollingQuantile
from hiitpi.coach.rules.smoothing import Row
from hiitpi.pose.keypoints import SEEN, SIDES

Point = tuple[float, float]
NAN: Final = math.nan

#: Lengths of the body that others are measured by: the joints along it.
LENGTHS: Final = {
    "torso": ("shoulder", "hip"),
    "shin": ("knee", "ankle"),
    "arm": ("shoulder", "wrist"),
    "leg": ("hip", "knee", "ankle"),
}

#: A limb that points at the camera looks short, so a body length is the upper end of what was seen
#: lately: this quantile of the last so many seconds.
LENGTH_QUANTILE, LENGTH_WINDOW_S = 0.8, 5.0

#: How low a joint usually is: this quantile of its height in the picture (y points down) over the
#: last so many seconds. Whoever jumps is in the air for less than half of the time.
FLOOR_QUANTILE, FLOOR_WINDOW_S = 0.8, 8.0

#: A trunk that leans by more than this (degrees) lies, or is on its way. Seen from above, somebody
#: who lies seems to lean by 50.
MIN_LYING_LEAN: Final = 40.0

#: A trunk that looks shorter than this part of the arm, which is about as long, is tilted towards
#: the camera by more than 57°.
MIN_TRUNK_RATIO: Final = 0.545

#: How far the trunk leans when somebody lies: this quantile of its lean while lying, over so many
#: seconds; and how far it comes up from there in this person's sit-ups.
LYING_QUANTILE, LYING_WINDOW_S = 0.85, 8.0
CURL_QUANTILE, CURL_WINDOW_S = 0.9, 6.0

#: How high the hips are over the feet when somebody stands: this quantile over so many seconds.
STANDING_QUANTILE, STANDING_WINDOW_S = 0.85, 12.0

#: Somebody leans on the hands whose trunk leans by more than the first and less than the second of
#: these (degrees), whose hips and knees are straighter than these, and whose hands stay within so
#: many arm's lengths for a second.
INCLINE: Final = (18.0, 65.0)
STRAIGHT_HIPS: Final = 150.0
STRAIGHT_KNEES: Final = 140.0
PLANTED: Final = 0.6

#: Seconds over which movements of hips and hands are looked at.
TRAVEL_WINDOW_S: Final = 1.0

#: The joints whose low is of interest: the feet stand on the floor, the shoulders lie on it.
FLOOR_JOINTS: Final = ("ankle", "shoulder")


class BodyTracker:
    """The athlete at one moment: steady joints, and how long the body's parts are in this picture.

    A BodyTracker lives as long as its athlete is in view; `update` adds each frame.
    """

    def __init__(self) -> None:
        self._xy: list[Point] = []
        self._score: list[float] = [0.0] * 17
        self._length = {name: RollingQuantile(LENGTH_QUANTILE, LENGTH_WINDOW_S) for name in LENGTHS}
        self._low = {
            joint: RollingQuantile(FLOOR_QUANTILE, FLOOR_WINDOW_S) for joint in FLOOR_JOINTS
        }
        self._hip_x = RollingQuantile(0.5, LENGTH_WINDOW_S)
        self._lying = RollingQuantile(LYING_QUANTILE, LYING_WINDOW_S)
        self._curl = RollingQuantile(CURL_QUANTILE, CURL_WINDOW_S)
        self._standing = RollingQuantile(STANDING_QUANTILE, STANDING_WINDOW_S)
        self._learnt = -math.inf
        self._hip_history: deque[tuple[float, Point]] = deque()
        self._wrist_history: deque[tuple[float, Point]] = deque()
        self._leans_on_hands: bool | None = None  # None: not asked since the last update

    def update(self, rows: list[Row], time: float) -> None:
        """Take steady keypoints, as `Smoother` gives them, at `time` seconds."""
        self._xy = [(x, y) for x, y, _ in rows]
        self._score = [score for _, _, score in rows]
        x = self.middle("hip")[0]
        if not time - self._learnt < SAMPLE_INTERVAL_S:
            self._learn(x, time)
        _remember(self._hip_history, self.middle("hip"), time)
        _remember(self._wrist_history, self.middle("wrist"), time)
        self._leans_on_hands = None

    def _learn(self, x: float, time: float) -> None:
        """Update what is usual; a few times a second is enough."""
        self._learnt = time
        for name, chain in LENGTHS.items():
            self._length[name].update(self._longest(*chain), time)
        for joint in FLOOR_JOINTS:
            self._low[joint].update(self.lower(joint), time)
        self._hip_x.update(x, time)
        lean = self.trunk_lean
        if lean > MIN_LYING_LEAN:  # sitting between two sit-ups says nothing of how one lies
            self._lying.update(lean, time)
        self._curl.update(self.lying_lean - lean, time)
        self._standing.update(self.hips_over_feet, time)

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
        if math.isnan(xl):
            return xr, yr
        if math.isnan(xr):
            return xl, yl
        total = left + right
        return (xl * left + xr * right) / total, (yl * left + yr * right) / total

    def length(self, name: str) -> float:
        """A body length in pixels of this picture; NaN as long as it was not seen."""
        return self._length[name].value or NAN  # a body of no size is not seen

    def lower(self, joint: str) -> float:
        """The lower one of the left and right `joint`: y in pixels; NaN: neither is seen."""
        left, right = self.point(joint, 0)[1], self.point(joint, 1)[1]
        return right if math.isnan(left) else left if math.isnan(right) else max(left, right)

    def floor_y(self, joint: str) -> float:
        """How low a joint of `FLOOR_JOINTS` usually is: y in pixels; NaN until it was seen."""
        return self._low[joint].value

    @property
    def hip_x_median(self) -> float:
        """Where the hips usually are: x in pixels; NaN as long as they were not seen."""
        return self._hip_x.value

    @property
    def hip_travel_px(self) -> float:
        """How far the hips went from side to side within the last second, pixels."""
        return _extent(self._hip_history)[0]

    @property
    def wrist_travel_px(self) -> float:
        """How far the hands went within the last second, pixels; NaN: they were not seen."""
        return math.hypot(*_extent(self._wrist_history))

    @property
    def trunk_lean(self) -> float:
        """How far the trunk leans from upright: degrees, 90 lying.

        NaN when it is only guessed, or points at the camera and so has no direction.
        """
        if not all(self.is_visible(joint) for joint in ("hip", "shoulder")):
            return NAN
        return self.lean(MIN_TRUNK_RATIO)

    def lean(self, shortest: float) -> float:
        """How far the line from the hips to the shoulders leans from upright: degrees, 90 lying.

        NaN when it is not seen, or looks shorter than `shortest` arms: then it points at the camera
        and has no direction.
        """
        (hx, hy), (sx, sy) = self.middle("hip"), self.middle("shoulder")
        if math.hypot(hx - sx, hy - sy) < shortest * self.length("arm"):
            return NAN
        return math.degrees(math.atan2(abs(sx - hx), hy - sy))

    @property
    def leans_on_hands(self) -> bool:
        """Whether a straight body leans on its hands, which are above the feet and stay there.

        Most measures of a push-up ask, so it is worked out once per update.
        """
        if self._leans_on_hands is None:
            shoulder, hip, knee, ankle = (
                self.middle(joint) for joint in ("shoulder", "hip", "knee", "ankle")
            )
            self._leans_on_hands = (
                INCLINE[0] < self.trunk_lean < INCLINE[1]
                and angle_at(hip, shoulder, ankle) > STRAIGHT_HIPS
                and angle_at(knee, hip, ankle) > STRAIGHT_KNEES
                and self.wrist_travel_px < PLANTED * self.length("arm")
            )
        return self._leans_on_hands

    @property
    def lying_lean(self) -> float:
        """How far the trunk leans when this person lies: degrees; NaN until it has lain."""
        return self._lying.value

    @property
    def usual_curl(self) -> float:
        """How far the trunk comes up from lying in this person's sit-ups: degrees; NaN: unknown."""
        return self._curl.value

    @property
    def hips_over_feet(self) -> float:
        """Height of the hips over the lower foot, pixels; NaN when they are not seen."""
        return self.lower("ankle") - self.middle("hip")[1]

    @property
    def standing_height(self) -> float:
        """Height of the hips over the feet when this person stands, pixels; NaN: unknown."""
        return self._standing.value

    def is_visible(self, joint: str) -> bool:
        """Whether a joint is seen, and not only guessed, on one side at least."""
        return max(self.score(joint, 0), self.score(joint, 1)) >= SEEN

    def _longest(self, *joints: str) -> float:
        sides = (
            sum(math.dist(self.point(a, s), self.point(b, s)) for a, b in pairwise(joints))
            for s in (0, 1)
        )
        known = [length for length in sides if not math.isnan(length)]
        return max(known) if known else NAN


def angle_at(vertex: Point, a: Point, b: Point) -> float:
    """The angle at `vertex` between the lines to `a` and `b`, 0..180°; NaN: one is not seen."""
    ux, uy, vx, vy = a[0] - vertex[0], a[1] - vertex[1], b[0] - vertex[0], b[1] - vertex[1]
    return math.degrees(abs(math.atan2(ux * vy - uy * vx, ux * vx + uy * vy)))


def _remember(history: deque[tuple[float, Point]], point: Point, time: float) -> None:
    if not math.isnan(point[0]):
        history.append((time, point))
    while history and time - history[0][0] > TRAVEL_WINDOW_S:
        history.popleft()


def _extent(history: deque[tuple[float, Point]]) -> Point:
    """Width and height of the box around remembered points, pixels; NaN: there are none."""
    if not history:
        return NAN, NAN
    xs, ys = zip(*(point for _, point in history), strict=True)
    return max(xs) - min(xs), max(ys) - min(ys)
