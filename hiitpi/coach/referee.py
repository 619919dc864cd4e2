"""Who counts: one counter for the whole body, one for each side, or a stopwatch for a hold."""

import math
from collections.abc import Sequence

from hiitpi.coach.body import Body
from hiitpi.coach.counter import Completed, Counter, TurnedBack, Values
from hiitpi.coach.hold import Hold
from hiitpi.coach.measure import Reading
from hiitpi.coach.workout import State, Workout


class Referee:
    """Watches one body at one workout."""

    def __init__(self, workout: Workout) -> None:
        self._workout = workout
        self._counters: Sequence[Counter | Hold]
        if workout.hold:
            self._counters = (Hold(workout),)
        else:
            self._counters = tuple(Counter(workout) for _ in range(2 if workout.each_side else 1))

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

    def update(self, body: Body, time: float) -> tuple[Reading, list[Completed | TurnedBack]]:
        """Judge the body at `time` seconds: the signal, and what was completed or given up."""
        outcomes = []
        values = {measure: measure.read(body) for measure in self._workout.measures}
        for side, counter in enumerate(self._counters):
            mine = values
            if self._workout.each_side:
                mine = {measure: measure.of(body, side) for measure in values}
            outcome = counter.update(mine, time)
            if outcome:
                outcomes.append(outcome)
        return self._signal(values, body), outcomes

    def _signal(self, values: Values, body: Body) -> Reading:
        """The signal; where sides take turns, of the one that is further on its way."""
        signal = self._workout.signal
        if not self._workout.each_side or not signal.side:
            return values[signal]
        effort = next(
            (
                c
                for state in self._workout.states[1:]
                for c in state.conditions
                if c.measure is signal
            ),
            None,
        )
        sides = [
            side for side in (signal.of(body, 0), signal.of(body, 1)) if not math.isnan(side.value)
        ]
        if not sides or effort is None:
            return values[signal]
        return min(sides, key=effort.missed_by)
