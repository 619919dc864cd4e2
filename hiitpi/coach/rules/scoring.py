"""The form score, 0-100, of a repetition that counted. Defined here and nowhere else.

A repetition that counted has reached every standard, so it starts from 60. The other 40 points are
the product of three qualities, each 0..1, because a repetition is as good as its weakest side:

- range: how far beyond the standard, towards the workout's full range, the body went;
- symmetry: how alike left and right moved; a difference under 10 % of the range is nobody's fault
  (keypoints are not more exact than that), 40 % more than that scores nothing;
- tempo: how even its duration is with those of the last few; within 20 % is even, twice or half as
  long scores nothing. A pause to breathe is no sin, so tempo weighs half.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Final

from hiitpi.coach.rules.measure import Condition, Measure
from hiitpi.coach.rules.rep_counter import Cycle
from hiitpi.coach.rules.workout import Workout

MIN_VALID_SCORE: Final = 60.0

#: Left and right are compared when both were seen well in this part of a repetition's frames.
MIN_PAIRED_FRAMES: Final = 0.8

#: A cue is given when a quality is below this.
CUE_BELOW: Final = 0.75


@dataclass(frozen=True, slots=True)
class Form:
    """How well a repetition was done.

    Attributes:
        score: 60..100.
        range_of_motion: 0..1 of the workout's full range.
        symmetry: 0..1.
        cues: words for what would improve it, most useful first.
    """

    score: float
    range_of_motion: float
    symmetry: float
    cues: tuple[str, ...]


def form(workout: Workout, cycle: Cycle, duration: float, recent: Sequence[float]) -> Form:
    """Judge a repetition of `workout`: what was seen of it, and how long the `recent` ones took."""
    ends = [end for measure in workout.full_range for end in _ends(workout, measure, cycle)]
    spans = [_span(workout, measure, cycle) for measure in workout.full_range]
    quality = fmean(q for q, _ in ends) if ends else 1.0
    symmetry = min((s for _, s in spans), default=1.0)
    even = _evenness(duration, recent)
    cues = [condition.cue for q, condition in sorted(ends, key=lambda e: e[0]) if q < CUE_BELOW]
    if symmetry < CUE_BELOW:
        cues.append("Left and right alike")
    if even < CUE_BELOW:
        cues.append("Keep an even pace")
    return Form(
        score=MIN_VALID_SCORE + (100 - MIN_VALID_SCORE) * quality * symmetry * (0.5 + 0.5 * even),
        range_of_motion=fmean(r for r, _ in spans) if spans else 1.0,
        symmetry=symmetry,
        cues=tuple(dict.fromkeys(cues)),
    )


def _ends(workout: Workout, measure: Measure, cycle: Cycle) -> list[tuple[float, Condition]]:
    """For both ends of the range: 0 at the standard, 1 at the full range, and the standard."""
    if measure not in cycle.low or math.isnan(cycle.low[measure].value):
        return []
    lowest, highest = workout.full_range[measure]
    ends = []
    for condition in workout.conditions:
        if condition.measure is measure:
            full = lowest if condition.sign == "<" else highest
            got = (cycle.low if condition.sign == "<" else cycle.high)[measure].value
            way = full - condition.threshold
            ends.append((_clip((got - condition.threshold) / way) if way else 1.0, condition))
    return ends


def _span(workout: Workout, measure: Measure, cycle: Cycle) -> tuple[float, float]:
    """Range of motion and symmetry, 0..1."""
    lowest, highest = workout.full_range[measure]
    full = highest - lowest
    low, high = cycle.low.get(measure), cycle.high.get(measure)
    if low is None or high is None or math.isnan(low.value):
        return 1.0, 1.0
    left, right = high.left - low.left, high.right - low.right
    # A side that was seen for a part of the time has been seen to do a part only.
    seen = cycle.paired.get(measure, 0) >= MIN_PAIRED_FRAMES * cycle.frames
    apart = abs(left - right) / full if seen and not math.isnan(left + right) else 0.0
    return _clip((high.value - low.value) / full), 1 - _clip((apart - 0.1) / 0.4)


def _evenness(duration: float, recent: Sequence[float]) -> float:
    if not recent or duration <= 0:
        return 1.0
    ratio = duration / median(recent)
    return 1 - _clip((max(ratio, 1 / ratio) - 1.2) / 0.8)


def _clip(value: float) -> float:
    return min(1.0, max(0.0, value))
