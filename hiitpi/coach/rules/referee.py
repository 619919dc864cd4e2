"""Who counts: one counter for the whole body, one for each side, or a stopwatch for a hold."""

import math
from collections.abc import Sequence

from hiitpi.coach.rules.body import BodyTracker
from hiitpi.coach.rules.hold_timer import HoldTimer
from hiitpi.coach.rules.measure import Reading
from hiitpi.coach.rules.rep_counter import CompletedRep, FailedAttempt, RepCounter, Values
from hiitpi.coach.rules.workout import State, Workout


class Referee:
    """Watches one body at one workout."""

    def __init__(self, workout: Workout) -> None:
        self._workout = workout
        efforts = (c for state in workout.states[1:] for c in state.conditions)
        self._of_signal = next((c for c in efforts if c.measure is workout.signal), None)
        self._counters: Sequence[RepCounter | HoldTimer]
        if workout.hold:
            self._counters = (HoldTimer(workout),)
        else:
            self._counters = tuple(
                RepCounter(workout) for _ in range(2 if workout.each_side else 1)
            )

    def reset(self) -> None:
        """The athlete is gone: whatever was under way is void."""
        for counter in self._counters:
            counter.reset()

    @property
    def state(self) -> State | None:
        """The state reached last; of two sides the one that is further on its way."""
        states = [counter.state for counter in self._counters]
        known = [self._workout.states.index(state) for state in states if state]
        return self._workout.states[max(known)] if known else None

    def update(
        self, body: BodyTracker, time: float
    ) -> tuple[Reading, list[CompletedRep | FailedAttempt]]:
        """Judge the body at `time` seconds: the signal, and what was completed or given up."""
        views = [self._view(body, side) for side in range(len(self._counters))]
        outcomes = (
            counter.update(values, time)
            for counter, values in zip(self._counters, views, strict=True)
        )
        told = [outcome for outcome in outcomes if outcome]
        return self._furthest([values[self._workout.signal] for values in views]), told

    def _view(self, body: BodyTracker, side: int) -> Values:
        """What a counter sees: one side where sides take turns, else the whole body."""
        if self._workout.each_side:
            return {measure: measure.of(body, side) for measure in self._workout.measures}
        return {measure: measure.read(body) for measure in self._workout.measures}

    def _furthest(self, signals: list[Reading]) -> Reading:
        """Where sides take turns, the signal shown is of the one that is further on its way."""
        seen = [signal for signal in signals if not math.isnan(signal.value)]
        if self._of_signal is None or not seen:
            return signals[0]
        return min(seen, key=self._of_signal.missed_by)
