"""The coach: poses in, repetitions, scores and cues out. Pure: no I/O, no clock of its own."""

from hiitpi.coach.geometry import (
    angle,
    arch,
    height,
    lean,
    reach,
    rise,
    shift,
    sitting_up,
    split,
    spread,
    step,
    tap,
    travel,
)
from hiitpi.coach.measure import Condition, Measure, ahead, larger, smaller, surely
from hiitpi.coach.workout import State, Workout

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
]
