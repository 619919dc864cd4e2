"""The check before a start: can the camera see what the rules will ask for?"""

import math
from typing import Final

from hiitpi.coach.coach import MIN_SCORE_FLOOR
from hiitpi.coach.rules.workout import Workout
from hiitpi.pose.keypoints import SEEN, SIDES, Pose

#: All must be well for so many seconds, and for so long something must be amiss before it is said.
READY_AFTER_S: Final = 1.0
PROBLEM_AFTER_S: Final = 0.4

#: A joint nearer to the edge than this part of the picture is not safely in it.
EDGE_MARGIN: Final = 0.01

#: A body smaller than this part of the picture's shorter side is too far for a pose model. People
#: in recordings were counted well from an eighth on.
MIN_BODY_HEIGHT: Final = 0.12

#: Width of the shoulders in trunk lengths: about 0.7 from the front, the cosine of that when
#: turned; above the first somebody does not stand sideways, below the second not facing us.
TURNED: Final = 0.55
FACING: Final = 0.3

#: What people call the joints, in the order in which they are told.
PARTS: Final = {
    "ankle": "feet",
    "knee": "knees",
    "hip": "hips",
    "wrist": "hands",
    "elbow": "arms",
    "shoulder": "shoulders",
}

NOBODY: Final = "Step in front of the camera"


class Framing:
    """Watches somebody get ready for one workout.

    Attributes:
        advice: what to do, for the athlete; empty when all is well.
        ready: whether all has been well for long enough.
    """

    def __init__(self, workout: Workout) -> None:
        self._workout = workout
        self.advice, self.ready = "", False
        self._well = self._since = math.nan
        self._coming, self._heard = "", math.inf

    def update(self, pose: Pose | None, size: tuple[int, int], time: float) -> None:
        """Take the pose of `time` (seconds) in, from a picture of `size` (width, height) pixels."""
        says = advice(self._workout, pose, size)
        if not says:
            self._well = time
            self._since = time if math.isnan(self._since) else self._since
        elif not time - self._well <= PROBLEM_AFTER_S:
            self._since = math.nan
        self.ready = not says and time - self._since >= READY_AFTER_S
        if says != self._coming:
            self._coming, self._heard = says, time
        if time - self._heard >= PROBLEM_AFTER_S:
            self.advice = says


def advice(workout: Workout, pose: Pose | None, size: tuple[int, int]) -> str:
    """What somebody should do so that a workout can be judged; empty when all is well."""
    if pose is None:
        return NOBODY
    width, height = size
    xy, least = pose.xy.tolist(), MIN_SCORE_FLOOR if workout.floor else SEEN
    seen = [
        score >= least
        and EDGE_MARGIN * width <= x <= (1 - EDGE_MARGIN) * width
        and EDGE_MARGIN * height <= y <= (1 - EDGE_MARGIN) * height
        for (x, y), score in zip(xy, pose.score.tolist(), strict=True)
    ]
    both = workout.view == "front"
    missing = [
        joint
        for joint in PARTS
        if joint in _needed(workout)
        and not (all if both else any)(seen[side] for side in SIDES[joint])
    ]
    if missing:
        return _bring_in(missing, pose, (width, height))
    xs, ys = zip(*(at for at, is_seen in zip(xy, seen, strict=True) if is_seen), strict=True)
    if max(max(xs) - min(xs), max(ys) - min(ys)) < MIN_BODY_HEIGHT * min(size):
        return "Come closer"
    return _turn(workout, pose) or _headroom(workout, pose)


def _needed(workout: Workout) -> set[str]:
    """The joints without which nothing counts; who stands shows the feet as well."""
    joints = {j for measure in workout.measures if measure.needed for j in measure.joints}
    return joints | {"shoulder", "hip"} | (set() if workout.floor else {"ankle"})


def _bring_in(missing: list[str], pose: Pose, size: tuple[int, int]) -> str:
    parts = " and ".join(PARTS[joint] for joint in missing[:2])
    outside = [pose.xy[side] for joint in missing for side in SIDES[joint]]
    aside = all(x < 0 or x > size[0] for x, _ in outside)
    do = "Move to the middle" if aside else "Step back"
    return f"{do}: I can’t see your {parts}"


def _turn(workout: Workout, pose: Pose) -> str:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = (
        pose.xy[side].tolist() for joint in ("shoulder", "hip") for side in SIDES[joint]
    )
    across, down = (cx + dx - ax - bx) / 2, (cy + dy - ay - by) / 2
    if abs(down) <= abs(across):
        return ""  # lies across the picture, so it is seen from the side
    wide = abs(ax - bx) / max(math.hypot(across, down), 1.0)
    if workout.view == "side" and wide > TURNED:
        return "Turn sideways"
    if workout.view == "front" and wide < FACING:
        return "Turn to the camera"
    return ""


def _headroom(workout: Workout, pose: Pose) -> str:
    """Whether hands that go overhead will still be in the picture."""
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
