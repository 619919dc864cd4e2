"""Checks before a set that the camera sees the joints that the workout needs."""

import math
from typing import Final

from hiitpi.coach.coach import min_score
from hiitpi.coach.rules.workout import Workout
from hiitpi.pose.keypoints import SIDES, Pose

#: How long the framing must be good before the athlete is ready, and how long a problem must last
#: before the athlete is told. Shorter problems do not count.
READY_AFTER_S: Final = 1.0
PROBLEM_AFTER_S: Final = 0.4

#: A joint closer to the edge than this fraction of the frame's width or height counts as outside.
EDGE_MARGIN: Final = 0.01

#: Minimum size of the body, as a fraction of the frame's shorter side; pose models are unreliable
#: below. In recordings, people were counted well from one eighth on.
MIN_BODY_SIZE: Final = 0.12

#: Limits of the shoulder width, in trunk lengths. From the front it is about 0.7, and a person who
#: turns by an angle shows its cosine of that. Wider than the first is not sideways; narrower than
#: the second does not face the camera.
MAX_SIDE_WIDTH_TRUNKS: Final = 0.55
MIN_FRONT_WIDTH_TRUNKS: Final = 0.3

#: Names of the joints in messages, in the order in which missing ones are reported.
BODY_PARTS: Final = {
    "ankle": "feet",
    "knee": "knees",
    "hip": "hips",
    "wrist": "hands",
    "elbow": "arms",
    "shoulder": "shoulders",
}

NOBODY_ADVICE: Final = "Step in front of the camera"


class Framing:
    """Tracks whether the athlete is well framed for a workout.

    Attributes:
        advice: what the athlete should do; "" if the framing is good.
        ready: whether the framing has been good for `READY_AFTER_S`.

    Args:
        workout: the workout that comes next.
    """

    def __init__(self, workout: Workout) -> None:
        self._workout = workout
        self.advice, self.ready = "", False
        self._last_good = self._good_since = math.nan
        self._pending_advice, self._pending_since = "", math.inf

    def update(self, pose: Pose | None, size: tuple[int, int], time: float) -> None:
        """Process a frame.

        Args:
            pose: the pose in the frame; None if nobody was detected.
            size: (width, height) of the frame in pixels.
            time: capture time in seconds.
        """
        new_advice = framing_advice(self._workout, pose, size)
        if not new_advice:
            self._last_good = time
            self._good_since = time if math.isnan(self._good_since) else self._good_since
        elif not time - self._last_good <= PROBLEM_AFTER_S:
            self._good_since = math.nan
        self.ready = not new_advice and time - self._good_since >= READY_AFTER_S
        if new_advice != self._pending_advice:
            self._pending_advice, self._pending_since = new_advice, time
        if time - self._pending_since >= PROBLEM_AFTER_S:
            self.advice = new_advice


def framing_advice(workout: Workout, pose: Pose | None, size: tuple[int, int]) -> str:
    """Check the framing of one pose.

    Args:
        workout: the workout that comes next.
        pose: the pose; None if nobody was detected.
        size: (width, height) of the frame in pixels.

    Returns:
        What the athlete should do; "" if the framing is good.
    """
    if pose is None:
        return NOBODY_ADVICE
    width, height = size
    xy, visible_from = pose.xy.tolist(), min_score(workout)
    in_frame = [
        score >= visible_from
        and EDGE_MARGIN * width <= x <= (1 - EDGE_MARGIN) * width
        and EDGE_MARGIN * height <= y <= (1 - EDGE_MARGIN) * height
        for (x, y), score in zip(xy, pose.score.tolist(), strict=True)
    ]
    sides = all if workout.view == "front" else any
    missing = [
        joint
        for joint in BODY_PARTS
        if joint in _needed_joints(workout) and not sides(in_frame[index] for index in SIDES[joint])
    ]
    if missing:
        return _missing_advice(missing, pose, (width, height))
    xs, ys = zip(*(xy[i] for i in range(len(xy)) if in_frame[i]), strict=True)
    if max(max(xs) - min(xs), max(ys) - min(ys)) < MIN_BODY_SIZE * min(size):
        return "Come closer"
    return _turn_advice(workout, pose) or _headroom_advice(workout, pose)


def _needed_joints(workout: Workout) -> set[str]:
    """Return the joints without which nothing counts; in standing workouts also the ankles."""
    joints = {j for measure in workout.measures if measure.needed for j in measure.joints}
    return joints | {"shoulder", "hip"} | (set() if workout.floor else {"ankle"})


def _missing_advice(missing: list[str], pose: Pose, size: tuple[int, int]) -> str:
    parts = " and ".join(BODY_PARTS[joint] for joint in missing[:2])
    points = [pose.xy[index] for joint in missing for index in SIDES[joint]]
    all_aside = all(x < 0 or x > size[0] for x, _ in points)
    action = "Move to the middle" if all_aside else "Step back"
    return f"{action}: I can’t see your {parts}"


def _turn_advice(workout: Workout, pose: Pose) -> str:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = (
        pose.xy[index].tolist() for joint in ("shoulder", "hip") for index in SIDES[joint]
    )
    across, down = (cx + dx - ax - bx) / 2, (cy + dy - ay - by) / 2
    if abs(down) <= abs(across):
        return ""  # the body lies across the frame, so the camera sees it from the side
    width = abs(ax - bx) / max(math.hypot(across, down), 1.0)
    if workout.view == "side" and width > MAX_SIDE_WIDTH_TRUNKS:
        return "Turn sideways"
    if workout.view == "front" and width < MIN_FRONT_WIDTH_TRUNKS:
        return "Turn to the camera"
    return ""


def _headroom_advice(workout: Workout, pose: Pose) -> str:
    """Return advice if hands that go overhead would leave the frame."""
    if "overhead" not in workout.hands:
        return ""
    for side in (0, 1):
        shoulder, elbow, wrist = (
            pose.xy[SIDES[joint][side]].tolist() for joint in ("shoulder", "elbow", "wrist")
        )
        arm = math.dist(elbow, shoulder) + math.dist(wrist, elbow)
        if wrist[1] > shoulder[1] and shoulder[1] - arm < 0:
            return "Step back: your hands will leave the picture"
    return ""
