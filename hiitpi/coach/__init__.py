"""Turns poses into repetitions, form scores and cues. Pure: no I/O, and it reads no clock."""

from hiitpi.coach.rules.measure import Condition, Measure, ahead, larger, require_visible, smaller
from hiitpi.coach.rules.measures import (
    angle,
    arch,
    hand_travel,
    height,
    lean,
    reach,
    rise,
    shift,
    split,
    spread,
    step,
    tap,
    travel,
)
from hiitpi.coach.rules.postures import (
    as_from_the_side,
    curl,
    curl_left,
    press,
    squat_depth,
    stature,
    trunk_lean_lying,
    unless_leaning_on_hands,
)
from hiitpi.coach.rules.workout import State, Workout

#: Old names, for workouts that users have written for an earlier version.
sitting_up = trunk_lean_lying
surely = require_visible

__all__ = [
    "Condition",
    "Measure",
    "State",
    "Workout",
    "ahead",
    "angle",
    "arch",
    "as_from_the_side",
    "curl",
    "curl_left",
    "hand_travel",
    "height",
    "larger",
    "lean",
    "press",
    "reach",
    "require_visible",
    "rise",
    "shift",
    "sitting_up",
    "smaller",
    "split",
    "spread",
    "squat_depth",
    "stature",
    "step",
    "surely",
    "tap",
    "travel",
    "trunk_lean_lying",
    "unless_leaning_on_hands",
]
