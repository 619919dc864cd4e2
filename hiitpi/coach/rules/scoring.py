"""The form score (0-100) of a repetition that counted.

A repetition that just meets the standard scores 60. Going beyond the standard, towards the range of
the best tenth of people (`Workout.full_range`), earns up to 40 points more. In a gentle session
(`hiitpi.coach.rules.strictness`) a repetition may stay below the standard and loses up to 40 points
for that. Faults then cost part of the points that were earned:

- lockout, up to 20 %: how far the body returned into the first state, from its threshold to the end
  of the full range. Stopping short makes repetitions easier.
- symmetry, up to 15 %: the difference between the left and the right movement, as a fraction of the
  full range. Keypoints are accurate to 5 %; a difference of 45 % costs everything. One side should
  not do the work of both.
- control, up to 15 %: the fraction of the time spent on lowering the body, in workouts that lower
  it (`Workout.lowering`). Half or more is controlled, a quarter or less is a drop. Muscles work on
  the way down as well.
- tempo, up to 20 %: the ratio of the duration to the median of the last five; half or twice that
  median costs everything. An even pace lasts longer.

Joints that were not visible cost nothing. A second of a hold starts at 60 as well and earns up to
40 points for being near the middle of the range that the rules allow.

If you change these rules, increase `hiitpi.coach.messages.SCORING_VERSION`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Final

from hiitpi.coach.rules.cycle import Cycle
from hiitpi.coach.rules.measure import Condition, Measure
from hiitpi.coach.rules.strictness import room, standards
from hiitpi.coach.rules.workout import Workout

MIN_VALID_SCORE: Final = 60.0
MAX_SCORE: Final = 100.0

#: The share of the points beyond `MIN_VALID_SCORE` that each fault can take away.
LOCKOUT_SHARE: Final = 0.2
SYMMETRY_SHARE: Final = 0.15
CONTROL_SHARE: Final = 0.15
TEMPO_SHARE: Final = 0.2

#: Differences between left and right, as fractions of the full range: the noise, and the difference
#: beyond the noise that costs everything.
SYMMETRY_NOISE: Final = 0.05
SYMMETRY_SPAN: Final = 0.4

#: Left and right are compared if both were visible in this fraction of a repetition's frames.
MIN_PAIRED_FRAMES: Final = 0.8

#: The fraction of a repetition that is spent on lowering the body, if dropped and if controlled.
DROPPED: Final = 0.25
CONTROLLED: Final = 0.5

#: Cues are given for depth below this fraction of the way from the standard to the full range (most
#: people lose some points there), and for faults below this quality.
SHALLOW: Final = 0.35
FAULTY: Final = 0.5


@dataclass(frozen=True, slots=True)
class Part:
    """One quality of a repetition.

    Attributes:
        quality: 0..1.
        share: the fraction of the points that a quality of 0 costs, 0..1.
        cue: how to improve it, in words; "" if it needs no improvement.
    """

    quality: float
    share: float
    cue: str

    @property
    def cost(self) -> float:
        """The fraction of the points that it costs, 0..1."""
        return self.share * (1 - self.quality)


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a repetition.

    Attributes:
        score: 60..100; less for a repetition that counted in a gentle session only.
        range_of_motion: fraction of the workout's full range, 0..1.
        symmetry: 0..1.
        cues: how to improve it, in words; the most expensive fault first.
    """

    score: float
    range_of_motion: float
    symmetry: float
    cues: tuple[str, ...]


def form(workout: Workout, cycle: Cycle, duration: float, recent: Sequence[float]) -> Form:
    """Score a repetition that counted.

    Args:
        workout: the standard rules.
        cycle: the extremes of the repetition.
        duration: its duration in seconds.
        recent: durations in seconds of the repetitions before it.
    """
    spans = [_span(workout, measure, cycle) for measure in workout.full_range]
    ranges = [share for share, _ in spans if not math.isnan(share)]
    symmetry = min((s for _, s in spans), default=1.0)
    if workout.hold:
        depth, faults = _line(workout, cycle), []
    else:
        depth = _depth(workout, cycle)
        faults = [
            *_lockout(workout, cycle),
            Part(symmetry, SYMMETRY_SHARE, "Left and right alike" if symmetry < FAULTY else ""),
            *_control(workout, cycle, duration),
            *_tempo(duration, recent),
        ]
    remaining = 1 - sum(part.cost for part in faults)
    earned = depth.quality * (remaining if depth.quality > 0 else 1.0)
    by_cost = sorted((depth, *faults), key=lambda part: -part.cost)
    return Form(
        score=MIN_VALID_SCORE + (MAX_SCORE - MIN_VALID_SCORE) * earned,
        range_of_motion=fmean(ranges) if ranges else 1.0,
        symmetry=symmetry,
        cues=tuple(dict.fromkeys(part.cue for part in by_cost if part.cue)),
    )


def _depth(workout: Workout, cycle: Cycle) -> Part:
    """Rate how far the repetition went beyond the standard, averaged over its conditions."""
    ends = [_reached(workout, c, cycle, below=True) for c in standards(workout)]
    rated = [end for end in ends if not math.isnan(end.quality)]
    if not rated:
        return Part(1.0, 1.0, "")
    worst = min(rated, key=lambda end: end.quality)
    cue = worst.cue if worst.quality < SHALLOW else ""
    mean = fmean(end.quality for end in rated)
    return Part(worst.quality if worst.quality < 0 else mean, 1.0, cue)


def _lockout(workout: Workout, cycle: Cycle) -> list[Part]:
    """Rate how far the body returned into the first state."""
    ends = [_reached(workout, c, cycle) for c in workout.states[0].conditions]
    rated = [end for end in ends if not math.isnan(end.quality)]
    if not rated:
        return []
    worst = min(rated, key=lambda end: end.quality)
    return [Part(worst.quality, LOCKOUT_SHARE, worst.cue if worst.quality < FAULTY else "")]


def _reached(workout: Workout, condition: Condition, cycle: Cycle, below: bool = False) -> Part:
    """Rate an extreme from 0 at the threshold to 1 at the end of the full range; NaN: unknown.

    With `below` the rating of an extreme before the threshold is negative, down to -1 at the easy
    end of the condition's `room`; otherwise it is 0.
    """
    measure = condition.measure
    if measure not in workout.full_range or measure not in cycle.low:
        return Part(math.nan, 0.0, "")
    lowest, highest = workout.full_range[measure]
    full, extremes = (lowest, cycle.low) if condition.sign == "<" else (highest, cycle.high)
    span = full - condition.threshold
    extreme = extremes[measure].value
    beyond = (extreme - condition.threshold) / span if span else 1.0
    if below and beyond < 0:
        easy, _ = room(workout, condition)
        beyond = -_clip((extreme - condition.threshold) / (easy - condition.threshold))
        return Part(beyond, 1.0, condition.cue)
    return Part(math.nan if math.isnan(extreme) else _clip(beyond), 1.0, condition.cue)


def _control(workout: Workout, cycle: Cycle, duration: float) -> list[Part]:
    """Rate how slowly the body was lowered; empty for workouts that do not lower it."""
    if not workout.lowering or duration <= 0:
        return []
    turned = cycle.turned(standards(workout)[0])
    out = (turned - cycle.started) / duration
    lowering = out if workout.lowering == "out" else 1 - out
    if math.isnan(lowering):
        return []
    quality = _clip((lowering - DROPPED) / (CONTROLLED - DROPPED))
    return [Part(quality, CONTROL_SHARE, "Lower more slowly" if quality < FAULTY else "")]


def _tempo(duration: float, recent: Sequence[float]) -> list[Part]:
    """Rate how close the duration is to the usual one; a factor of two is a quality of 0."""
    if not recent or duration <= 0:
        return []
    quality = 1 - _clip(abs(math.log2(duration) - math.log2(median(recent))))
    return [Part(quality, TEMPO_SHARE, "Keep an even pace" if quality < FAULTY else "")]


def _line(workout: Workout, cycle: Cycle) -> Part:
    """Rate how close the signal of a hold was to the middle of the range that the rules allow."""
    signal = workout.signal
    bounds = {c.sign: c for c in workout.conditions if c.measure is signal}
    if len(bounds) < 2 or signal not in cycle.low or math.isnan(cycle.low[signal].value):
        return Part(1.0, 1.0, "")
    half = (bounds["<"].threshold - bounds[">"].threshold) / 2
    middle = (cycle.low[signal].value + cycle.high[signal].value) / 2
    margins = {"<": bounds["<"].threshold - middle, ">": middle - bounds[">"].threshold}
    nearest = bounds["<"] if margins["<"] < margins[">"] else bounds[">"]
    quality = max(-1.0, min(margins.values()) / half)
    return Part(quality, 1.0, nearest.cue if quality < SHALLOW else "")


def _span(workout: Workout, measure: Measure, cycle: Cycle) -> tuple[float, float]:
    """Return the range of motion, NaN if it is unknown, and the symmetry, 0..1."""
    lowest, highest = workout.full_range[measure]
    full = highest - lowest
    low, high = cycle.low.get(measure), cycle.high.get(measure)
    if low is None or high is None or math.isnan(low.value):
        return math.nan, 1.0
    left, right = high.left - low.left, high.right - low.right
    # A side that was visible for part of the time shows part of its movement only.
    paired = cycle.paired.get(measure, 0) >= MIN_PAIRED_FRAMES * cycle.frames
    apart = abs(left - right) / full if paired and not math.isnan(left + right) else 0.0
    return _clip((high.value - low.value) / full), 1 - _clip(
        (apart - SYMMETRY_NOISE) / SYMMETRY_SPAN
    )


def _clip(value: float) -> float:
    return min(1.0, max(0.0, value))
