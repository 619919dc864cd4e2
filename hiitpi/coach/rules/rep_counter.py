"""The referee: watches the measures of one workout and says when a repetition is complete."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from hiitpi.coach.rules.measure import Condition, Measure, Reading
from hiitpi.coach.rules.rolling_quantile import RollingQuantile
from hiitpi.coach.rules.workout import State, Workout

#: Arms and legs need not arrive in the same frame: a condition holds for this long (seconds).
CONDITION_HOLD_S: Final = 0.25

#: How far (0..1) towards the next state the signal must have come before turning back is called an
#: attempt; less is fidgeting.
MIN_ATTEMPT_PROGRESS: Final = 0.4

#: A condition that was passed by a tenth of the way is not why the attempt failed.
PASSED_PROGRESS: Final = 1.1

#: A body on its way from one state to another may pass through the first one, as in a squat jump;
#: one that stays there for longer than this (seconds) has given up.
GAVE_UP_AFTER_S: Final = 0.5

#: After this long (seconds) without the joints it needs, or without what must hold throughout, the
#: repetition under way is void. A pose model that loses its head for a moment is back sooner.
LOST_AFTER_S: Final = 1.0

#: Nobody stands, or hangs the arms, quite like the next person, and no camera sees it alike. To be
#: back in the first state it is enough to come within START_TOLERANCE (0..1 of the way) of where
#: this person rests; but never is more than MAX_START_TOLERANCE of the way given away.
START_TOLERANCE: Final = 0.3
MAX_START_TOLERANCE: Final = 0.45

#: Where somebody rests is learnt from so many seconds.
REST_WINDOW_S: Final = 10.0

Values = Mapping[Measure, Reading]


@dataclass(slots=True)
class Cycle:
    """What was seen of the repetition under way.

    Attributes:
        started: when the body was last in the first state, seconds.
        low, high: the extremes of each measure that has a full range: of the whole, of the left,
            of the right.
        low_at, high_at: when the whole reached them, seconds.
        frames: how many were seen, and in how many of them each measure's both sides.
    """

    started: float = math.nan
    low: dict[Measure, Reading] = field(default_factory=dict)
    high: dict[Measure, Reading] = field(default_factory=dict)
    low_at: dict[Measure, float] = field(default_factory=dict)
    high_at: dict[Measure, float] = field(default_factory=dict)
    frames: int = 0
    paired: dict[Measure, int] = field(default_factory=dict)

    def turned(self, condition: Condition) -> float:
        """Return when the measure was furthest on a condition's side, seconds; NaN: unseen."""
        at = self.low_at if condition.sign == "<" else self.high_at
        return at.get(condition.measure, math.nan)

    def see(self, values: Values, time: float) -> None:
        """Take the values of the moment `time` (seconds) in."""
        self.frames += 1
        for measure, now in values.items():
            both = not math.isnan(now.left + now.right)
            self.paired[measure] = self.paired.get(measure, 0) + both
            low, high = self.low.get(measure, now), self.high.get(measure, now)
            if now.value < low.value or math.isnan(low.value) or measure not in self.low:
                self.low_at[measure] = time
            if now.value > high.value or math.isnan(high.value) or measure not in self.high:
                self.high_at[measure] = time
            self.low[measure] = _each(_smaller, low, now)
            self.high[measure] = _each(_larger, high, now)


@dataclass(frozen=True, slots=True)
class CompletedRep:
    """A repetition: all states in order, and back in the first."""

    duration: float
    cycle: Cycle


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """An attempt: the body was on the way to a state and went back without reaching it.

    Attributes:
        missed: the condition that was missed by most.
    """

    missed: Condition


class RepCounter:
    """Follows one body through the states of one workout.

    `update` is called with each analysed frame and returns a `CompletedRep`, a `FailedAttempt`, or
    nothing. It has no clock of its own and does not care how often it is called.
    """

    def __init__(self, workout: Workout) -> None:
        self._workout = workout
        self._state_spans = _state_spans(workout)
        self._rest = {
            c: RollingQuantile(0.9 if c.sign == ">" else 0.1, REST_WINDOW_S)
            for c in self._state_spans
        }
        self.reset()

    def reset(self) -> None:
        """Forget where the body was: the next repetition starts from the first state."""
        self._at: int | None = None
        self._away = math.inf
        self._met: dict[Condition, float] = {}
        self._best_progress: dict[Condition, float] = {}
        self._max_progress, self._least_progress = 0.0, 1.0
        self._seen = self._sound = -math.inf
        self._cycle = Cycle()

    @property
    def state(self) -> State | None:
        """The state reached last; None while the first was not yet seen."""
        return None if self._at is None else self._workout.states[self._at]

    def update(self, values: Values, time: float) -> CompletedRep | FailedAttempt | None:
        """Take the measures of the moment `time` (seconds); NaN: not seen."""
        if not self._follow(values, time):
            return None
        spoilt = next((c for c in self._workout.throughout if not holds(c, values)), None)
        if spoilt:
            return self._spoil(spoilt) if time - self._sound > LOST_AFTER_S else None
        self._sound = time
        states = self._workout.states
        here = states[self._at or 0]
        resting = self._resting(here, values)
        if resting and not self._at:
            self._cycle.started = time
        if self._at is None:
            if resting:
                self._arrive(0)
            return None

        if time - self._cycle.started > self._workout.longest:
            self.reset()
            return None
        after = (self._at + 1) % len(states)
        self._cycle.see({m: values[m] for m in self._workout.full_range}, time)
        for condition in states[after].conditions:
            if self._holds(condition, values, first=after == 0):
                self._met[condition] = time
            nearness = 1 - self._shortfall(condition, here, values)
            self._best_progress[condition] = _larger(
                self._best_progress.get(condition, math.nan), nearness
            )
        progress = max(0.0, self._progress_to(states[after], here, values))
        self._least_progress = min(self._least_progress, progress)
        self._max_progress = max(self._max_progress, progress - self._least_progress)
        if all(
            time - self._met.get(c, -math.inf) <= CONDITION_HOLD_S for c in states[after].conditions
        ):
            return self._advance(after, time)
        if after and self._at and self._has_returned(values, time):
            missed = self._most_missed(states[after], values)
            self.reset()
            return FailedAttempt(missed)
        return self._turned_back(states[after], progress) if resting else None

    def _follow(self, values: Values, time: float) -> bool:
        """Whether the joints that the rules cannot do without are in view."""
        if any(math.isnan(now.value) and measure.needed for measure, now in values.items()):
            if time - self._seen > LOST_AFTER_S:
                self.reset()
            return False
        self._seen = time
        # Who stops halfway for long does not rest there: a long repetition teaches nothing more.
        if self._at is None or time - self._cycle.started <= REST_WINDOW_S / 2:
            for condition, level in self._rest.items():
                level.update(values[condition.measure].value, time)
        return True

    def _has_returned(self, values: Values, time: float) -> bool:
        """Whether the body has been back in the first state for so long that it is no passage."""
        if not self._resting(self._workout.states[0], values):
            self._away = time
        return time - self._away > GAVE_UP_AFTER_S

    def _resting(self, here: State, values: Values) -> bool:
        first = here is self._workout.states[0]
        return all(self._holds(c, values, first) for c in here.conditions)

    def _holds(self, condition: Condition, values: Values, first: bool) -> bool:
        slack = self._start_tolerance(condition) if first else 0.0
        return holds(condition, values, slack)

    def _start_tolerance(self, condition: Condition) -> float:
        """By how much a condition of the first state may be missed, as this person rests."""
        way = self._state_spans.get(condition)
        level = self._rest[condition].value if way else math.nan
        if not way or math.isnan(level):
            return 0.0
        rests_at = condition.missed_by(Reading(level))
        return min(
            max(0.0, rests_at + START_TOLERANCE * (way - rests_at)), MAX_START_TOLERANCE * way
        )

    def _arrive(self, state: int) -> None:
        self._at = state
        self._away = math.inf
        self._met.clear()
        self._best_progress.clear()
        self._max_progress, self._least_progress = 0.0, 1.0

    def _advance(self, state: int, time: float) -> CompletedRep | None:
        self._arrive(state)
        if state != 0:
            return None
        cycle, self._cycle = self._cycle, Cycle(time)
        duration = time - cycle.started
        return CompletedRep(duration, cycle) if duration >= self._workout.shortest else None

    def _spoil(self, condition: Condition) -> FailedAttempt | None:
        """A condition that must hold all the time does not: back to before the first state."""
        tried = bool(self._at) or self._max_progress >= MIN_ATTEMPT_PROGRESS
        self.reset()
        return FailedAttempt(condition) if tried else None

    def _turned_back(self, after: State, progress: float) -> FailedAttempt | None:
        """The body is where it was: was it under way to the next state, and has it turned back?"""
        turned_back = progress - self._least_progress <= self._max_progress / 2
        if self._max_progress < MIN_ATTEMPT_PROGRESS or not turned_back:
            return None
        nearest, here = dict(self._best_progress), self._workout.states[self._at or 0]
        assert self._at is not None
        self._arrive(self._at)
        if self._at == 0:
            self._cycle = Cycle(self._cycle.started)
        seen = [c for c in after.conditions if not math.isnan(nearest[c])]
        # What the body was on its way to comes first: who goes half as deep also steps less far.
        underway = [c for c in seen if _span(here, c) and nearest[c] < PASSED_PROGRESS]
        return FailedAttempt(min(underway or seen, key=lambda c: nearest[c]))

    def _progress_to(self, after: State, here: State, values: Values) -> float:
        """How far the signal, both sides together, is on the way to the next state; 0..1.

        Where the next state does not speak of the signal, whatever is furthest on its way tells.
        """
        signal = self._workout.signal
        whole = {signal: Reading(values[signal].value)}
        of_signal = [c for c in after.conditions if c.measure is signal]
        progress = (
            self._progress(c, here, whole if of_signal else values)
            for c in of_signal or after.conditions
        )
        return max((p for p in progress if not math.isnan(p)), default=0.0)

    def _most_missed(self, after: State, values: Values) -> Condition:
        """The condition of a state that was missed by most, of those whose joints were seen."""
        first = self._workout.states[0]
        shortfalls = {c: self._shortfall(c, first, values) for c in after.conditions}
        seen = [c for c in after.conditions if not math.isnan(shortfalls[c])]
        return max(seen or after.conditions, key=lambda c: shortfalls[c])

    def _shortfall(self, condition: Condition, here: State, values: Values) -> float:
        """How far a condition is missed, in parts of the way to it; NaN: not seen.

        Degrees and body lengths cannot be compared, parts of a way can. Where no condition of the
        state left is opposed to this one, the measure's full range is its way, or a right angle, or
        one body length.
        """
        measure = condition.measure
        low, high = self._workout.full_range.get(measure, (0.0, 0.0))
        way = _span(here, condition) or high - low or (90.0 if measure.unit == "°" else 1.0)
        return condition.missed_by(values[measure]) / way

    def _progress(self, condition: Condition, here: State, values: Values) -> float:
        """0 at the threshold of the state left, 1 at that of the next; NaN if it has no way."""
        if not _span(here, condition):
            return math.nan
        return 1 - self._shortfall(condition, here, values)


def holds(condition: Condition, values: Values, slack: float = 0.0) -> bool:
    """Whether a condition holds; what is not seen is not held against anybody."""
    now = values[condition.measure]
    return math.isnan(now.value) or condition.missed_by(now) < slack


def _state_spans(workout: Workout) -> dict[Condition, float]:
    """For conditions of the first state: how far it is to the opposite one of another state."""
    first, *others = workout.states
    ways = {}
    for start in first.conditions:
        found = [w for state in others for c in state.conditions if (w := _span_between(start, c))]
        if found:
            ways[start] = min(found)
    return ways


def _span(here: State, condition: Condition) -> float:
    return next((w for start in here.conditions if (w := _span_between(start, condition))), 0.0)


def _span_between(a: Condition, b: Condition) -> float:
    """The distance between two conditions that pull one measure apart; 0 for any others."""
    if a.measure is not b.measure or a.sign == b.sign:
        return 0.0
    return abs(b.threshold - a.threshold)


def _each(of: Callable[[float, float], float], a: Reading, b: Reading) -> Reading:
    return Reading(of(a.value, b.value), of(a.left, b.left), of(a.right, b.right))


def _smaller(a: float, b: float) -> float:
    return b if b < a or math.isnan(a) else a


def _larger(a: float, b: float) -> float:
    return b if b > a or math.isnan(a) else a
