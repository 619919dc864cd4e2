"""Notices rhythmic movement that neither counts nor fails, and finds the reason."""

import math
from typing import Final

from hiitpi.coach.rules.cycle import Values
from hiitpi.coach.rules.measure import Condition, Measure
from hiitpi.coach.rules.rep_counter import holds
from hiitpi.coach.rules.workout import Workout

#: A reason is given after this many cycles without a repetition or an attempt; after twice as many
#: if there is none to be found.
CYCLES: Final = 3

#: A cycle swings by at least this fraction of a full repetition; less is fidgeting.
MIN_SWING: Final = 0.25

#: Seconds after which a movement is no longer part of the same rhythm.
MAX_PAUSE_S: Final = 6.0

#: Seconds between two reasons.
REPEAT_AFTER_S: Final = 12.0

#: A condition is the reason if it failed in this fraction of the frames; so are joints that were
#: out of view.
MIN_FAILED: Final = 0.5

NO_REASON: Final = "This movement does not count here"


class UncountedMovement:
    """Follows the swings of one measure between repetitions.

    Args:
        workout: the rules. A hold has no cycles.
    """

    def __init__(self, workout: Workout) -> None:
        self._workout = workout
        self._measure = _leading_measure(workout)
        low, high = workout.full_range.get(self._measure, (0.0, math.inf))
        self._min_swing = MIN_SWING * (high - low)
        self._last_reason = -math.inf
        self.reset()

    def reset(self) -> None:
        """Forget the movement so far, because something counted or failed."""
        self._turn = self._turned_at = math.nan
        self._rising = True
        self._half_cycles = 0
        self._frames = 0
        self._failed: dict[Condition, int] = {}
        self._hidden: dict[Measure, int] = {}
        self._nearest: dict[Condition, float] = {}

    def update(self, values: Values, time: float) -> str:
        """Process a frame in which nothing counted or failed.

        Args:
            values: readings of all measures.
            time: capture time in seconds.

        Returns:
            Why the movement does not count, in words for the athlete; "" if there is nothing to
            say.
        """
        value = values[self._measure].value
        self._observe(values)
        if self._swings(value):
            self._half_cycles += 1
            self._turned_at = time
        elif time - self._turned_at > MAX_PAUSE_S:
            self.reset()
        if self._half_cycles < 2 * CYCLES:
            return ""
        reason = self._reason()
        if not reason and self._half_cycles < 4 * CYCLES:
            return ""
        self.reset()
        if time - self._last_reason < REPEAT_AFTER_S:
            return ""
        self._last_reason = time
        return reason or NO_REASON

    def _swings(self, value: float) -> bool:
        """Return whether the measure has just turned back by a whole swing."""
        if math.isnan(value):
            return False
        if math.isnan(self._turn):
            self._turn = value
        beyond = value > self._turn if self._rising else value < self._turn
        if beyond:
            self._turn = value
        elif abs(value - self._turn) > self._min_swing:
            self._turn, self._rising = value, not self._rising
            return True
        return False

    def _observe(self, values: Values) -> None:
        """Collect the evidence for a reason."""
        self._frames += 1
        for condition in self._workout.throughout:
            failed = not holds(condition, values)
            self._failed[condition] = self._failed.get(condition, 0) + failed
        for measure, reading in values.items():
            hidden = measure.needed and math.isnan(reading.value)
            self._hidden[measure] = self._hidden.get(measure, 0) + hidden
        for condition in self._workout.conditions:
            missed = condition.missed_by(values[condition.measure])
            if not math.isnan(missed):
                self._nearest[condition] = min(missed, self._nearest.get(condition, math.inf))

    def _reason(self) -> str:
        """Return what was wrong; "" if every condition was met at some time."""
        enough = MIN_FAILED * self._frames
        failed = [c for c, frames in self._failed.items() if frames >= enough]
        if failed:
            return max(failed, key=lambda c: self._failed[c]).cue
        hidden = [m for m, frames in self._hidden.items() if frames >= enough]
        if hidden:
            return f"The camera must see your {' and '.join(f'{j}s' for j in hidden[0].joints)}"
        first, *others = self._workout.states
        for state in (*others, first):  # what was never reached
            missed = [c for c in state.conditions if self._nearest.get(c, 0.0) > 0]
            if missed:
                return max(missed, key=self._missed_fraction).cue
        return ""

    def _missed_fraction(self, condition: Condition) -> float:
        """Return by how much a condition was missed, as a fraction of its measure's range."""
        return self._nearest[condition] / self._workout.scale(condition.measure)


def _leading_measure(workout: Workout) -> Measure:
    """Return the measure whose swings are cycles: the signal, or the first with a full range."""
    if workout.signal in workout.full_range or not workout.full_range:
        return workout.signal
    return next(iter(workout.full_range))
