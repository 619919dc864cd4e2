"""Tracks the athlete's body: current joint positions, body lengths and habitual positions."""

import math
from collections import deque
from itertools import pairwise
from typing import Final

from hiitpi.coach.rules.rolling_quantile import SAMPLE_INTERVAL_S, RollingQuantile
from hiitpi.pose.keypoints import SEEN, SIDES, Keypoint

Point = tuple[float, float]
NAN: Final = math.nan

#: Body lengths that serve as units: the joints along each.
BODY_LENGTHS: Final = {
    "torso": ("shoulder", "hip"),
    "shin": ("knee", "ankle"),
    "arm": ("shoulder", "wrist"),
    "leg": ("hip", "knee", "ankle"),
}

#: A body length is this quantile of its apparent length within a time window: a high one, because a
#: limb that points at the camera looks shorter than it is.
LENGTH_QUANTILE, LENGTH_WINDOW_S = 0.8, 5.0

#: The habitual low position of a joint is this quantile of its y, which points down, within a time
#: window. An athlete who jumps is in the air for less than half of the time.
FLOOR_QUANTILE, FLOOR_WINDOW_S = 0.8, 8.0

#: Lean above which the trunk is lying, or about to. Seen from above, a person who lies appears to
#: lean by 50 degrees.
MIN_LYING_LEAN_DEG: Final = 40.0

#: Minimum apparent length of the trunk in arm lengths; their real lengths are about the same. A
#: shorter trunk is tilted towards the camera by more than 57 degrees.
MIN_TRUNK_ARMS: Final = 0.545

#: The lean of a person who lies is this quantile of the trunk's lean while lying, within a time
#: window; the height of the person's sit-ups is the second quantile of the rise from there.
LYING_QUANTILE, LYING_WINDOW_S = 0.85, 8.0
CURL_QUANTILE, CURL_WINDOW_S = 0.9, 6.0

#: The standing height of the hips is this quantile of their height over the feet within a window.
STANDING_QUANTILE, STANDING_WINDOW_S = 0.85, 12.0

#: Minimum width of the shoulders, in trunk lengths, of a person who faces the camera.
FACING: Final = 0.45

#: Conditions for leaning on the hands: the trunk's lean is within these limits, hips and knees are
#: straighter than the minimum angles, and the wrists have moved by less than the maximum, in arm
#: lengths, within `TRAVEL_WINDOW_S`.
INCLINE_DEG: Final = (18.0, 65.0)
MIN_HIP_ANGLE_DEG: Final = 150.0
MIN_KNEE_ANGLE_DEG: Final = 140.0
MAX_WRIST_TRAVEL_ARMS: Final = 0.6

#: Time window in which the travel of hips and wrists is measured.
TRAVEL_WINDOW_S: Final = 1.0

#: Joints whose habitual low position is tracked: they touch the floor when standing or lying.
FLOOR_JOINTS: Final = ("ankle", "shoulder")


class BodyTracker:
    """The athlete's current joint positions, body lengths and habitual positions.

    A tracker follows one person, and is replaced when that person has left. Positions are in
    pixels, with y pointing down.
    """

    def __init__(self) -> None:
        self._points: list[Point] = []
        self._scores: list[float] = [0.0] * 17
        self._lengths = {
            name: RollingQuantile(LENGTH_QUANTILE, LENGTH_WINDOW_S) for name in BODY_LENGTHS
        }
        self._floor_y = {
            joint: RollingQuantile(FLOOR_QUANTILE, FLOOR_WINDOW_S) for joint in FLOOR_JOINTS
        }
        self._hip_x_quantile = RollingQuantile(0.5, LENGTH_WINDOW_S)
        self._lying_lean = RollingQuantile(LYING_QUANTILE, LYING_WINDOW_S)
        self._curl_height = RollingQuantile(CURL_QUANTILE, CURL_WINDOW_S)
        self._standing_height = RollingQuantile(STANDING_QUANTILE, STANDING_WINDOW_S)
        self._last_sample = -math.inf
        self._hip_history: deque[tuple[float, Point]] = deque()
        self._wrist_history: deque[tuple[float, Point]] = deque()
        self._leans_on_hands: bool | None = None  # None: not computed since the last update

    def update(self, keypoints: list[Keypoint], time: float) -> None:
        """Set the current joint positions.

        Args:
            keypoints: the 17 smoothed keypoints of a frame, from `Smoother.update`.
            time: capture time in seconds.
        """
        self._points = [(x, y) for x, y, _ in keypoints]
        self._scores = [score for _, _, score in keypoints]
        hips = self.middle("hip")
        if not time - self._last_sample < SAMPLE_INTERVAL_S:
            self._sample(hips[0], time)
        _append(self._hip_history, hips, time)
        _append(self._wrist_history, self.middle("wrist"), time)
        self._leans_on_hands = None

    def _sample(self, hip_x: float, time: float) -> None:
        """Update the body lengths and habitual positions; a few times a second is enough."""
        self._last_sample = time
        for name, chain in BODY_LENGTHS.items():
            self._lengths[name].update(self._longest(*chain), time)
        for joint in FLOOR_JOINTS:
            self._floor_y[joint].update(self.lower(joint), time)
        self._hip_x_quantile.update(hip_x, time)
        lean = self.trunk_lean
        if lean > MIN_LYING_LEAN_DEG:  # while sitting up the trunk does not lie
            self._lying_lean.update(lean, time)
        self._curl_height.update(self.lying_lean - lean, time)
        self._standing_height.update(self.hips_over_feet, time)

    def point(self, joint: str, side: int) -> Point:
        """Return the (x, y) of a joint on a side, 0 left or 1 right; NaN if it is not visible."""
        return self._points[SIDES[joint][side]]

    def score(self, joint: str, side: int) -> float:
        """Return the score, 0..1, of a joint on a side, 0 left or 1 right."""
        return self._scores[SIDES[joint][side]]

    def middle(self, joint: str) -> Point:
        """Return the (x, y) between the left and right joint, weighted by score.

        If only one side is visible, its position; NaN if neither is.
        """
        (xl, yl), (xr, yr) = self.point(joint, 0), self.point(joint, 1)
        left, right = self.score(joint, 0), self.score(joint, 1)
        if math.isnan(xl):
            return xr, yr
        if math.isnan(xr):
            return xl, yl
        total = left + right
        return (xl * left + xr * right) / total, (yl * left + yr * right) / total

    def length(self, name: str) -> float:
        """Return one of `BODY_LENGTHS` in pixels; NaN until it has been visible."""
        return self._lengths[name].value or NAN  # a length of 0 counts as not visible

    def lower(self, joint: str) -> float:
        """Return the y of the lower one of the left and right joint; NaN if neither is visible."""
        left, right = self.point(joint, 0)[1], self.point(joint, 1)[1]
        return right if math.isnan(left) else left if math.isnan(right) else max(left, right)

    def floor_y(self, joint: str) -> float:
        """Return the habitual low y of one of `FLOOR_JOINTS`; NaN until it has been visible."""
        return self._floor_y[joint].value

    @property
    def hip_x_median(self) -> float:
        """The habitual x of the hips in pixels; NaN until they have been visible."""
        return self._hip_x_quantile.value

    @property
    def hip_travel_px(self) -> float:
        """Sideways travel of the hips within `TRAVEL_WINDOW_S`, in pixels; NaN if not visible."""
        return _extent(self._hip_history)[0]

    @property
    def wrist_travel_px(self) -> float:
        """Travel of the wrists within `TRAVEL_WINDOW_S`, in pixels; NaN if not visible."""
        return math.hypot(*_extent(self._wrist_history))

    @property
    def trunk_lean(self) -> float:
        """The trunk's lean in degrees: 0 upright, 90 lying, 180 head down.

        NaN if hips or shoulders are not visible, or if the trunk points at the camera.
        """
        if not all(self.is_visible(joint) for joint in ("hip", "shoulder")):
            return NAN
        return self.lean(MIN_TRUNK_ARMS)

    def lean(self, min_arms: float) -> float:
        """Return the lean of the line from hips to shoulders, even if their scores are low.

        Args:
            min_arms: minimum apparent length of the line in arm lengths. A shorter line points at
                the camera, and its direction is unreliable.

        Returns:
            Degrees: 0 upright, 90 lying, 180 head down. NaN if a position is unknown, or if the
            line is too short.
        """
        (hx, hy), (sx, sy) = self.middle("hip"), self.middle("shoulder")
        if math.hypot(hx - sx, hy - sy) < min_arms * self.length("arm"):
            return NAN
        return math.degrees(math.atan2(abs(sx - hx), hy - sy))

    @property
    def faces_camera(self) -> bool:
        """Whether this person faces the camera, or turns the back to it."""
        width = abs(self.point("shoulder", 0)[0] - self.point("shoulder", 1)[0])
        return width > FACING * self.length("torso")

    @property
    def leans_on_hands(self) -> bool:
        """Whether a straight, inclined body leans on its hands, which stay in place.

        Cached until the next update, because most measures of a push-up need it.
        """
        if self._leans_on_hands is None:
            shoulder, hip, knee, ankle = (
                self.middle(joint) for joint in ("shoulder", "hip", "knee", "ankle")
            )
            self._leans_on_hands = (
                INCLINE_DEG[0] < self.trunk_lean < INCLINE_DEG[1]
                and angle_at(hip, shoulder, ankle) > MIN_HIP_ANGLE_DEG
                and angle_at(knee, hip, ankle) > MIN_KNEE_ANGLE_DEG
                and self.wrist_travel_px < MAX_WRIST_TRAVEL_ARMS * self.length("arm")
            )
        return self._leans_on_hands

    @property
    def lying_lean(self) -> float:
        """The trunk's lean in degrees when this person lies; NaN until the person has lain."""
        return self._lying_lean.value

    @property
    def usual_curl(self) -> float:
        """The trunk's rise from lying in this person's sit-ups, in degrees; NaN if unknown."""
        return self._curl_height.value

    @property
    def hips_over_feet(self) -> float:
        """Height of the hips over the lower ankle, in pixels; NaN if one is not visible."""
        return self.lower("ankle") - self.middle("hip")[1]

    @property
    def standing_height(self) -> float:
        """Height of the hips over the ankles when this person stands, in pixels; NaN if unknown."""
        return self._standing_height.value

    def is_visible(self, joint: str) -> bool:
        """Return whether the score of a joint is at least `SEEN` on one side."""
        return max(self.score(joint, 0), self.score(joint, 1)) >= SEEN

    def _longest(self, *joints: str) -> float:
        sides = (
            sum(math.dist(self.point(a, s), self.point(b, s)) for a, b in pairwise(joints))
            for s in (0, 1)
        )
        visible = [length for length in sides if not math.isnan(length)]
        return max(visible) if visible else NAN


def angle_at(vertex: Point, a: Point, b: Point) -> float:
    """Return the angle between the lines from `vertex` to `a` and to `b`.

    Args:
        vertex: (x, y) of the angle's vertex.
        a: (x, y) of a point on one side.
        b: (x, y) of a point on the other side.

    Returns:
        Degrees, 0..180; NaN if a point is NaN.
    """
    ux, uy, vx, vy = a[0] - vertex[0], a[1] - vertex[1], b[0] - vertex[0], b[1] - vertex[1]
    return math.degrees(abs(math.atan2(ux * vy - uy * vx, ux * vx + uy * vy)))


def _append(history: deque[tuple[float, Point]], point: Point, time: float) -> None:
    if not math.isnan(point[0]):
        history.append((time, point))
    while history and time - history[0][0] > TRAVEL_WINDOW_S:
        history.popleft()


def _extent(history: deque[tuple[float, Point]]) -> Point:
    """Return width and height of the bounding box in pixels; NaN if the history is empty."""
    if not history:
        return NAN, NAN
    xs, ys = zip(*(point for _, point in history), strict=True)
    return max(xs) - min(xs), max(ys) - min(ys)
