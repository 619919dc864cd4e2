"""Applies a workout's rules: one counter for the body, one for each side, or a hold timer."""

import math
from collections.abc import Sequence

from hiitpi.coach.rules.body import BodyTracker
from hiitpi.coach.rules.cycle import Values
from hiitpi.coach.rules.hold_timer import HoldTimer
from hiitpi.coach.rules.measure import Reading
from hiitpi.coach.rules.rep_counter import CompletedRep, FailedAttempt, RepCounter
from hiitpi.coach.rules.uncounted import UncountedMovement
from hiitpi.coach.rules.workout import State, Workout


class Referee:
    """Runs the counters of a workout on the body of one athlete."""

    def __init__(self, workout: Workout) -> None:
        self._workout = workout
        conditions = (c for state in workout.states[1:] for c in state.conditions)
        self._signal_condition = next((c for c in conditions if c.measure is workout.signal), None)
        self._counters: Sequence[RepCounter | HoldTimer]
        if workout.hold:
            self._counters = (HoldTimer(workout),)
        else:
            self._counters = tuple(
                RepCounter(workout) for _ in range(2 if workout.each_side else 1)
            )
        self._uncounted = None if workout.hold else UncountedMovement(workout)

    def reset(self) -> None:
        """Discard the current repetition, because the athlete has left."""
        for counter in self._counters:
            counter.reset()
        if self._uncounted:
            self._uncounted.reset()

    @property
    def state(self) -> State | None:
        """The state reached last, of the side that is further on; None before the first state."""
        states = [counter.state for counter in self._counters]
        indices = [self._workout.states.index(state) for state in states if state]
        return self._workout.states[max(indices)] if indices else None

    def update(
        self, body: BodyTracker, time: float
    ) -> tuple[Reading, list[CompletedRep | FailedAttempt], str]:
        """Process a frame.

        Args:
            body: the athlete's body in the frame.
            time: capture time in seconds.

        Returns:
            The reading of the workout's signal, the repetitions and failed attempts that ended in
            this frame, and why movement that is neither does not count ("" if there is nothing to
            say).
        """
        readings = [self._read(body, side) for side in range(len(self._counters))]
        updates = (
            counter.update(values, time)
            for counter, values in zip(self._counters, readings, strict=True)
        )
        outcomes = [outcome for outcome in updates if outcome]
        signal = self._leading_signal([values[self._workout.signal] for values in readings])
        return signal, outcomes, self._reason(readings[0], bool(outcomes), time)

    def _reason(self, values: Values, judged: bool, time: float) -> str:
        if self._uncounted is None:
            return ""
        if judged:
            self._uncounted.reset()
            return ""
        return self._uncounted.update(values, time)

    def _read(self, body: BodyTracker, side: int) -> Values:
        """Read all measures: of one side if the sides take turns, else of the whole body."""
        if self._workout.each_side:
            return {measure: measure.of(body, side) for measure in self._workout.measures}
        return {measure: measure.read(body) for measure in self._workout.measures}

    def _leading_signal(self, signals: list[Reading]) -> Reading:
        """Return the signal of the side that is closer to the next state."""
        visible = [signal for signal in signals if not math.isnan(signal.value)]
        if self._signal_condition is None or not visible:
            return signals[0]
        return min(visible, key=self._signal_condition.missed_by)
