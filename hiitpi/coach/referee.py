"""Who counts: one counter for the whole body, one for each side, or a stopwatch for a hold."""

from collections.abc import Sequence

from hiitpi.coach.body import Body
from hiitpi.coach.counter import Completed, Counter, TurnedBack
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
        signal, outcomes = self._workout.signal, []
        values = {measure: measure.read(body) for measure in self._workout.measures}
        for side, counter in enumerate(self._counters):
            mine = values
            if self._workout.each_side:
                mine = {measure: measure.of(body, side) for measure in values}
            outcome = counter.update(mine, time)
            if outcome:
                outcomes.append(outcome)
        return values[signal], outcomes
