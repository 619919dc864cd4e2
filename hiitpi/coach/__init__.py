"""The coach: poses in, repetitions, scores and cues out. Pure: no I/O, no clock of its own."""

from hiitpi.coach.geometry import Condition, Measure, angle, height, lean, spread
from hiitpi.coach.workout import State, Workout

__all__ = [
    "Condition",
    "Measure",
    "State",
    "Workout",
    "angle",
    "height",
    "lean",
    "spread",
]
