"""Times a hold, such as a plank, in whole seconds."""

import math
from typing import Final

from hiitpi.coach.rules.cycle import Cycle, Values
from hiitpi.coach.rules.rep_counter import LOST_AFTER_S, CompletedRep, FailedAttempt, holds
from hiitpi.coach.rules.workout import State, Workout

#: Interruption, or loss of visibility, that a hold tolerates.
WOBBLE_GRACE_S: Final = 0.5


class HoldTimer:
    """Counts the seconds for which the only state of a workout is held.

    Each full second is a `CompletedRep`. Interruptions of up to `WOBBLE_GRACE_S` are ignored. After
    a longer one a new second begins: the incomplete one does not count.

    Args:
        workout: a workout with a single state.
    """

    def __init__(self, workout: Workout) -> None:
        self._state = workout.states[0]
        self._conditions = (*self._state.conditions, *workout.throughout)
        self.reset()

    def reset(self) -> None:
        """Discard the current second, because the athlete has left."""
        self._second_start = self._last_held = math.nan
        self._failure_reported = True
        self._cycle = Cycle()

    @property
    def state(self) -> State | None:
        """The workout's state while it is held; None otherwise."""
        return None if math.isnan(self._second_start) else self._state

    def update(self, values: Values, time: float) -> CompletedRep | FailedAttempt | None:
        """Process a frame.

        Args:
            values: readings of the workout's measures; NaN where they are not visible.
            time: capture time in seconds.

        Returns:
            A `CompletedRep` when a second is full; a `FailedAttempt` once when the hold has been
            broken for `LOST_AFTER_S`; None otherwise.
        """
        visible = not any(
            math.isnan(reading.value) and measure.needed for measure, reading in values.items()
        )
        broken = next((c for c in self._conditions if not holds(c, values)), None)
        if visible and not broken:
            return self._continue(values, time)
        if time - self._last_held > WOBBLE_GRACE_S:
            self._second_start = math.nan
        if broken and not self._failure_reported and time - self._last_held > LOST_AFTER_S:
            self._failure_reported = True
            return FailedAttempt(broken, values[broken.measure].value)
        return None

    def _continue(self, values: Values, time: float) -> CompletedRep | None:
        if math.isnan(self._second_start) or time - self._last_held > WOBBLE_GRACE_S:
            self._second_start, self._cycle = time, Cycle(time)
        self._last_held, self._failure_reported = time, False
        self._cycle.add(values, time)
        if time - self._second_start < 1:
            return None
        cycle, self._cycle = self._cycle, Cycle(time)
        self._second_start += 1
        return CompletedRep(1.0, cycle)
