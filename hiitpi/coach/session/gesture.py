"""The pause gesture: held for two seconds, it pauses or resumes the session without a button."""

import math
from collections.abc import Iterable
from typing import Final

from hiitpi.coach.rules.workout import Hands, Workout
from hiitpi.pose.keypoints import INDEX, SEEN, SIDES, Pose

#: Seconds that the sign is held; and for which it may be lost from sight meanwhile.
HOLD_S: Final = 2.0
MAX_GAP_S: Final = 0.3

#: A hand above the head is so many trunk lengths over the nose; one that hangs is lower than the
#: middle between shoulders and hips by so many.
OVER: Final = 0.3
HANGS: Final = 0.2

#: Shoulders, hips and wrists, left before right: without them no sign is seen.
NEEDED: Final = tuple(i for joint in ("shoulder", "hip", "wrist") for i in SIDES[joint])

#: The signs, in the order in which they are preferred, and how the athlete is told of them.
SIGNS: Final[dict[Hands, str]] = {
    "overhead": "both hands above your head",
    "one up": "one hand above your head, the other one down",
}


class Gesture:
    """Watches for the first sign that none of the workouts uses.

    Attributes:
        sign: which; None: each is part of some workout.
    """

    def __init__(self, workouts: Iterable[Workout]) -> None:
        used = {hands for workout in workouts for hands in workout.hands}
        self.sign = next((sign for sign in SIGNS if sign not in used), None)
        self._since = math.nan
        self._last = -math.inf
        self._given = False

    @property
    def words(self) -> str:
        """What to do, for the athlete; empty without a sign."""
        return SIGNS[self.sign] if self.sign else ""

    def update(self, pose: Pose | None, time: float) -> bool:
        """Take the pose of `time` (seconds); True once when the sign has been held long enough."""
        if self.sign and pose is not None and shows(self.sign, pose):
            self._since = time if math.isnan(self._since) else self._since
            self._last = time
        elif time - self._last > MAX_GAP_S:
            self._since, self._given = math.nan, False
        if self._given or not time - self._since >= HOLD_S:
            return False
        self._given = True
        return True


def shows(sign: Hands, pose: Pose) -> bool:
    """Whether somebody who stands or sits upright shows a sign."""
    score, xy = pose.score.tolist(), pose.xy.tolist()
    if min(score[i] for i in NEEDED) < SEEN:
        return False
    (lsx, lsy), (rsx, rsy), (lhx, lhy), (rhx, rhy) = (xy[i] for i in NEEDED[:4])
    down = (lhy + rhy - lsy - rsy) / 2
    torso = math.hypot((lhx + rhx - lsx - rsx) / 2, down)
    if down < 0.8 * torso:
        return False  # neither stands nor sits
    nose, middle = xy[INDEX["nose"]][1], (lsy + rsy + lhy + rhy) / 4
    left, right = (xy[i][1] for i in NEEDED[4:])
    left_up, right_up = nose - left > OVER * torso, nose - right > OVER * torso
    if sign == "overhead":
        return left_up and right_up
    left_hangs, right_hangs = left - middle > HANGS * torso, right - middle > HANGS * torso
    return (left_up and right_hangs) or (right_up and left_hangs)
