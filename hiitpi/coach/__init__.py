"""The coach: poses in, repetitions, scores and cues out. Pure: no I/O, no clock of its own."""

from hiitpi.coach.rules.measure import Condition, Measure, ahead, larger, require_visible, smaller
from hiitpi.coach.rules.measures import (
    angle,
    arch,
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
    trunk_lean_lying,
)
from hiitpi.coach.rules.workout import State, Workout

#: Names of earlier versions: workouts that people have written go on working.
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
    "height",
    "larger",
    "lean",
    "reach",
    "require_visible",
    "rise",
    "shift",
    "sitting_up",
    "smaller",
    "split",
    "spread",
    "step",
    "surely",
    "tap",
    "travel",
    "trunk_lean_lying",
]
