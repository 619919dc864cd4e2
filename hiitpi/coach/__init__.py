"""The coach: poses in, repetitions, scores and cues out. Pure: no I/O, no clock of its own."""

from hiitpi.coach.geometry import (
    Condition,
    Measure,
    angle,
    arch,
    height,
    larger,
    lean,
    reach,
    rise,
    shift,
    smaller,
    spread,
    step,
)
from hiitpi.coach.workout import State, Workout

__all__ = [
    "Condition",
    "Measure",
    "State",
    "Workout",
    "angle",
    "arch",
    "height",
    "larger",
    "lean",
    "reach",
    "rise",
    "shift",
    "smaller",
    "spread",
    "step",
]
