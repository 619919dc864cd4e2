"""Detects the gesture that pauses and resumes a session, without walking to a device."""

import math
from collections.abc import Iterable
from typing import Final

from hiitpi.coach.rules.workout import Hands, Workout
from hiitpi.pose.keypoints import INDEX, SEEN, SIDES, Pose

#: How long the gesture must be held, and how long it may go undetected in between.
HOLD_S: Final = 2.0
MAX_GAP_S: Final = 0.3

#: Minimum height of a raised wrist above the nose, in trunk lengths.
MIN_RAISED_TRUNKS: Final = 0.3

#: Minimum distance of a lowered wrist below the middle of the trunk, in trunk lengths.
MIN_LOWERED_TRUNKS: Final = 0.2

#: Minimum height of the trunk of a person who stands or sits, as a fraction of its length.
MIN_UPRIGHT: Final = 0.8

#: Keypoints that must be visible: shoulders, hips and wrists, left before right.
REQUIRED_KEYPOINTS: Final = tuple(
    index for joint in ("shoulder", "hip", "wrist") for index in SIDES[joint]
)

#: The gestures in order of preference, with their descriptions for the athlete.
GESTURES: Final[dict[Hands, str]] = {
    "overhead": "both hands above your head",
    "one up": "one hand above your head, the other one down",
}


class GestureDetector:
    """Detects the first of `GESTURES` that does not occur in the workouts.

    Attributes:
        gesture: the gesture; None if each one occurs in a workout.

    Args:
        workouts: the workouts of the program.
    """

    def __init__(self, workouts: Iterable[Workout]) -> None:
        used = {hands for workout in workouts for hands in workout.hands}
        self.gesture = next((gesture for gesture in GESTURES if gesture not in used), None)
        self._first_shown = math.nan
        self._last_shown = -math.inf
        self._reported = False

    @property
    def description(self) -> str:
        """Description of the gesture for the athlete; "" if there is none."""
        return GESTURES[self.gesture] if self.gesture else ""

    def update(self, pose: Pose | None, time: float) -> bool:
        """Process a frame.

        Args:
            pose: the pose in the frame; None if nobody was detected.
            time: capture time in seconds.

        Returns:
            True once for each gesture, as soon as it has been held for `HOLD_S`.
        """
        if time - self._last_shown > MAX_GAP_S:
            self._first_shown, self._reported = math.nan, False
        if self.gesture and pose is not None and is_shown(self.gesture, pose):
            self._first_shown = time if math.isnan(self._first_shown) else self._first_shown
            self._last_shown = time
        if self._reported or not time - self._first_shown >= HOLD_S:
            return False
        self._reported = True
        return True


def is_shown(gesture: Hands, pose: Pose) -> bool:
    """Return whether a person who stands or sits upright shows a gesture in a pose."""
    score, xy = pose.score.tolist(), pose.xy.tolist()
    if min(score[i] for i in REQUIRED_KEYPOINTS) < SEEN:
        return False
    (lsx, lsy), (rsx, rsy), (lhx, lhy), (rhx, rhy) = (xy[i] for i in REQUIRED_KEYPOINTS[:4])
    down = (lhy + rhy - lsy - rsy) / 2
    torso = math.hypot((lhx + rhx - lsx - rsx) / 2, down)
    if down < MIN_UPRIGHT * torso:
        return False
    nose, middle = xy[INDEX["nose"]][1], (lsy + rsy + lhy + rhy) / 4
    left, right = (xy[i][1] for i in REQUIRED_KEYPOINTS[4:])
    left_raised = nose - left > MIN_RAISED_TRUNKS * torso
    right_raised = nose - right > MIN_RAISED_TRUNKS * torso
    if gesture == "overhead":
        return left_raised and right_raised
    left_lowered = left - middle > MIN_LOWERED_TRUNKS * torso
    right_lowered = right - middle > MIN_LOWERED_TRUNKS * torso
    return (left_raised and right_lowered) or (right_raised and left_lowered)
