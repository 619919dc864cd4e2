"""The referee: watches the measures of one workout and says when a repetition is complete."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from hiitpi.coach.geometry import Condition, Measure, Reading
from hiitpi.coach.workout import State, Workout

#: Arms and legs need not arrive in the same frame: a condition holds for this long (seconds).
GRACE: Final = 0.25

#: How far (0..1) towards the next state somebody must have come before turning back is called an
#: attempt; less is fidgeting.
TRIED: Final = 0.35

#: After this long (seconds) without the joints it needs, the repetition under way is forgotten.
LOST: Final = 1.0

Values = Mapping[Measure, Reading]


@dataclass(slots=True)
class Cycle:
    """What was seen of the repetition under way.

    Attributes:
        started: when the body was last in the first state, seconds.
        low, high: the extremes of each measure: of the whole, of the left, of the right.
    """

    started: float = math.nan
    low: dict[Measure, Reading] = field(default_factory=dict)
    high: dict[Measure, Reading] = field(default_factory=dict)

    def see(self, values: Values) -> None:
        """Take the values of one moment in."""
        for measure, now in values.items():
            low, high = self.low.get(measure, now), self.high.get(measure, now)
            self.low[measure] = _each(_smaller, low, now)
            self.high[measure] = _each(_larger, high, now)


def _each(of: Callable[[float, float], float], a: Reading, b: Reading) -> Reading:
    return Reading(of(a.value, b.value), of(a.left, b.left), of(a.right, b.right))


def _smaller(a: float, b: float) -> float:
    return b if b < a or math.isnan(a) else a


def _larger(a: float, b: float) -> float:
    return b if b > a or math.isnan(a) else a


@dataclass(frozen=True, slots=True)
class Completed:
    """A repetition: all states in order, and back in the first."""

    duration: float
    cycle: Cycle


@dataclass(frozen=True, slots=True)
class TurnedBack:
    """An attempt: the body was on the way to a state and went back without reaching it.

    Attributes:
        missed: the condition that was missed by most.
        state: the state that was not reached.
    """

    missed: Condition
    state: State


class Counter:
    """Follows one body through the states of one workout.

    `update` is called with each analysed frame and returns a `Completed`, a `TurnedBack`, or
    nothing. It has no clock of its own and does not care how often it is called.
    """

    def __init__(self, workout: Workout) -> None:
        self._workout = workout
        self.reset()

    def reset(self) -> None:
        """Forget where the body was: the next repetition starts from the first state."""
        self._at: int | None = None
        self._met: dict[Condition, float] = {}
        self._nearest: dict[Condition, float] = {}
        self._left = False
        self._seen = -math.inf
        self._cycle = Cycle()

    @property
    def state(self) -> State | None:
        """The state reached last; None while the first was not yet seen."""
        return None if self._at is None else self._workout.states[self._at]

    def update(self, values: Values, time: float) -> Completed | TurnedBack | None:
        """Take the measures of the moment `time` (seconds); NaN: not seen."""
        if not self._follow(values, time):
            return None
        states = self._workout.states
        here = states[self._at or 0]
        resting = all(self._holds(c, values) for c in here.conditions)
        if resting and not self._at:
            self._cycle.started = time
        if self._at is None:
            if resting:
                self._arrive(0)
            return None

        after = states[(self._at + 1) % len(states)]
        self._cycle.see(values)
        for condition in after.conditions:
            if self._holds(condition, values):
                self._met[condition] = time
            self._nearest[condition] = _larger(
                self._nearest.get(condition, math.nan), self._progress(condition, here, values)
            )
        if all(time - self._met.get(c, -math.inf) <= GRACE for c in after.conditions):
            return self._advance(time)
        return self._turned_back(here, after, values, resting)

    def _follow(self, values: Values, time: float) -> bool:
        """Whether the joints that the rules cannot do without are in view."""
        if any(math.isnan(now.value) and measure.needed for measure, now in values.items()):
            if time - self._seen > LOST:
                self.reset()
            return False
        self._seen = time
        return True

    @staticmethod
    def _holds(condition: Condition, values: Values) -> bool:
        now = values[condition.measure]
        return math.isnan(now.value) or condition.missed_by(now) < 0

    def _arrive(self, state: int) -> None:
        self._at = state
        self._met.clear()
        self._nearest.clear()
        self._left = False

    def _advance(self, time: float) -> Completed | None:
        assert self._at is not None
        self._arrive((self._at + 1) % len(self._workout.states))
        if self._at != 0:
            return None
        cycle, self._cycle = self._cycle, Cycle()
        duration = time - cycle.started
        return Completed(duration, cycle) if duration >= self._workout.shortest else None

    def _turned_back(
        self, here: State, after: State, values: Values, resting: bool
    ) -> TurnedBack | None:
        away = any(
            c.missed_by(values[c.measure]) > c.measure.margin
            for c in here.conditions
            if not math.isnan(values[c.measure].value)
        )
        self._left = self._left or away
        if not (self._left and resting):
            return None
        nearest = dict(self._nearest)
        self._arrive(self._workout.states.index(here))
        if self._at == 0:
            self._cycle = Cycle(self._cycle.started)
        progress = [(nearest[c], c) for c in after.conditions if not math.isnan(nearest[c])]
        if not progress or max(p for p, _ in progress) < TRIED:
            return None
        return TurnedBack(min(progress, key=lambda pc: pc[0])[1], after)

    @staticmethod
    def _progress(condition: Condition, here: State, values: Values) -> float:
        """0 at the threshold of the state left, 1 at that of the next; NaN if it has no way."""
        for start in here.conditions:
            if start.measure is condition.measure and start.sign != condition.sign:
                way = abs(condition.threshold - start.threshold)
                return 1 - condition.missed_by(values[condition.measure]) / way if way else math.nan
        return math.nan
