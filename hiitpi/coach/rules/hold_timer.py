"""The stopwatch of a hold: a position that is kept, such as a plank, counted in whole seconds."""

import math
from typing import Final

from hiitpi.coach.rules.rep_counter import (
    LOST_AFTER_S,
    CompletedRep,
    Cycle,
    FailedAttempt,
    Values,
    holds,
)
from hiitpi.coach.rules.workout import State, Workout

#: For this long (seconds) a hold may be interrupted or unseen.
WOBBLE_GRACE_S: Final = 0.5


class HoldTimer:
    """Counts the seconds for which the one state of a workout is held.

    A moment's wobble or unseen joints, up to `WOBBLE_GRACE_S` seconds, are no interruption. After a
    longer one the seconds go on from where they were, but the one that was under way is lost.
    """

    def __init__(self, workout: Workout) -> None:
        self._hold = workout.states[0]
        self._conditions = (*self._hold.conditions, *workout.throughout)
        self.reset()

    def reset(self) -> None:
        """The athlete is gone."""
        self._since = self._last = math.nan
        self._told = True
        self._cycle = Cycle()

    @property
    def state(self) -> State | None:
        """The state while it is held."""
        return None if math.isnan(self._since) else self._hold

    def update(self, values: Values, time: float) -> CompletedRep | FailedAttempt | None:
        """Take the measures of the moment `time` (seconds); NaN: not seen."""
        seen = not any(math.isnan(v.value) and m.needed for m, v in values.items())
        broken = next((c for c in self._conditions if not holds(c, values)), None)
        if seen and not broken:
            return self._held(values, time)
        if time - self._last > WOBBLE_GRACE_S:
            self._since = math.nan
        if broken and not self._told and time - self._last > LOST_AFTER_S:
            self._told = True
            return FailedAttempt(broken)
        return None

    def _held(self, values: Values, time: float) -> CompletedRep | None:
        if math.isnan(self._since) or time - self._last > WOBBLE_GRACE_S:
            self._since, self._cycle = time, Cycle(time)
        self._last, self._told = time, False
        self._cycle.see(values, time)
        if time - self._since < 1:
            return None
        cycle, self._cycle = self._cycle, Cycle(time)
        self._since += 1
        return CompletedRep(1.0, cycle)
