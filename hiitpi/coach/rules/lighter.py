"""Tells an athlete once that the counted repetitions are those of a lighter exercise."""

from typing import Final

from hiitpi.coach.rules.cycle import Cycle
from hiitpi.coach.rules.workout import Workout

#: The athlete is told after this many such repetitions in a row.
REPS: Final = 3


class LighterExercise:
    """Follows whether repetitions stay within `Workout.lighter`.

    Args:
        workout: the rules.
    """

    def __init__(self, workout: Workout) -> None:
        self._lighter = workout.lighter
        self._reps = 0

    def update(self, cycle: Cycle) -> str:
        """Process a counted repetition.

        Args:
            cycle: the extremes that it reached.

        Returns:
            What the athlete should do or choose; "" if there is nothing to say, or it was said.
        """
        if self._lighter is None:
            return ""
        condition, hint = self._lighter
        extremes = cycle.high if condition.sign == "<" else cycle.low
        stayed_within = condition.missed_by(extremes[condition.measure]) <= 0
        self._reps = self._reps + 1 if stayed_within else 0
        if self._reps < REPS:
            return ""
        self._lighter = None
        return hint
