"""A state machine that follows the measures of one workout and reports completed repetitions."""

import math
from dataclasses import dataclass
from typing import Final

from hiitpi.coach.rules.cycle import Cycle, Values
from hiitpi.coach.rules.measure import Condition, Reading
from hiitpi.coach.rules.nan import nan_max
from hiitpi.coach.rules.rolling_quantile import RollingQuantile
from hiitpi.coach.rules.workout import State, Workout

#: Arms and legs need not arrive in the same frame: a condition that was met counts as met for this
#: many seconds.
CONDITION_HOLD_S: Final = 0.25

#: Fraction (0..1) of the way to the next state that the signal must cover before turning back is an
#: attempt; less is fidgeting.
MIN_ATTEMPT_PROGRESS: Final = 0.4

#: A condition that was exceeded by a tenth of the way is not the reason why an attempt failed.
PASSED_PROGRESS: Final = 1.1

#: A body that moves between two states may pass through the first state, as in a squat jump; a body
#: that stays there for longer than this (seconds) has given the repetition up.
GAVE_UP_AFTER_S: Final = 0.5

#: A repetition is discarded after this many seconds without the joints that the rules need, or with
#: a `throughout` condition violated. Pose models recover from a bad frame sooner than that.
LOST_AFTER_S: Final = 1.0

#: People rest in different ways and cameras see them differently. A body is back in the first state
#: if it comes within START_TOLERANCE (a fraction of the way between the states) of where this
#: person usually rests, but the threshold never moves by more than MAX_START_TOLERANCE of the way.
START_TOLERANCE: Final = 0.3
MAX_START_TOLERANCE: Final = 0.45

#: The window of time, in seconds, from which the resting position is estimated.
REST_WINDOW_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class CompletedRep:
    """A repetition: the body went through all states in order and came back to the first.

    Attributes:
        duration: seconds.
        cycle: the extremes that were reached.
    """

    duration: float
    cycle: Cycle


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """An attempt: the body moved towards a state and turned back before reaching it.

    Attributes:
        missed: the condition that was furthest from being met.
        value: the value of its measure that came closest to it; NaN if that was not visible.
    """

    missed: Condition
    value: float = math.nan

    @property
    def explanation(self) -> str:
        """What was measured, and what the rules need."""
        measure = self.missed.measure
        if math.isnan(self.value):
            return f"needs {self.missed}"
        return f"{measure.name} {self.value:.3g}{measure.unit}, needs {self.missed.needed}"


class RepCounter:
    """Follows one body through the states of one workout.

    Call `update` with every analysed frame. Time comes with the frames; the frame rate may vary.
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
        """Discard the current repetition: the next one begins in the first state."""
        self._state_index: int | None = None
        self._left_start_at = math.inf
        self._met_at: dict[Condition, float] = {}
        self._best_progress: dict[Condition, float] = {}
        self._max_progress, self._min_progress = 0.0, 1.0
        self._visible_at = self._valid_at = -math.inf
        self._cycle = Cycle()

    @property
    def state(self) -> State | None:
        """The state reached last; None before the first state was reached."""
        return None if self._state_index is None else self._workout.states[self._state_index]

    def update(self, values: Values, time: float) -> CompletedRep | FailedAttempt | None:
        """Process a frame.

        Args:
            values: readings of all measures of the workout; NaN where joints were not visible.
            time: capture time in seconds.

        Returns:
            The repetition or the attempt that ended in this frame, if any.
        """
        if not self._joints_visible(values, time):
            return None
        violated = next((c for c in self._workout.throughout if not holds(c, values)), None)
        if violated:
            lost = time - self._valid_at > LOST_AFTER_S
            value = violated.at(violated.missed_by(values[violated.measure]))
            return self._discard(violated, value) if lost else None
        self._valid_at = time
        states = self._workout.states
        current = states[self._state_index or 0]
        in_current = self._in_state(current, values)
        if in_current and not self._state_index:
            self._cycle.started = time
        if self._state_index is None:
            if in_current:
                self._enter(0)
            return None

        if time - self._cycle.started > self._workout.longest:
            self.reset()
            return None
        target = (self._state_index + 1) % len(states)
        self._cycle.add({m: values[m] for m in self._workout.full_range}, time)
        for condition in states[target].conditions:
            if self._holds(condition, values, first=target == 0):
                self._met_at[condition] = time
            self._best_progress[condition] = nan_max(
                self._best_progress.get(condition, math.nan),
                1 - self._shortfall(condition, current, values),
            )
        progress = max(0.0, self._progress_to(states[target], current, values))
        self._min_progress = min(self._min_progress, progress)
        self._max_progress = max(self._max_progress, progress - self._min_progress)
        if all(
            time - self._met_at.get(c, -math.inf) <= CONDITION_HOLD_S
            for c in states[target].conditions
        ):
            return self._advance(target, time)
        if target and self._state_index and self._has_given_up(values, time):
            missed = self._most_missed(states[target], values)
            failed = FailedAttempt(missed, self._closest(missed, current))
            self.reset()
            return failed
        return self._turned_back(states[target], progress) if in_current else None

    def _joints_visible(self, values: Values, time: float) -> bool:
        """Return whether all required joints are visible; if so, learn how this person rests."""
        if any(math.isnan(reading.value) and measure.needed for measure, reading in values.items()):
            if time - self._visible_at > LOST_AFTER_S:
                self.reset()
            return False
        self._visible_at = time
        # A person who pauses halfway for long does not rest there: ignore the rest of a long
        # repetition.
        if self._state_index is None or time - self._cycle.started <= REST_WINDOW_S / 2:
            for condition, level in self._rest.items():
                level.update(values[condition.measure].value, time)
        return True

    def _has_given_up(self, values: Values, time: float) -> bool:
        """Return whether the body is back in the first state to stay."""
        if not self._in_state(self._workout.states[0], values):
            self._left_start_at = time
        return time - self._left_start_at > GAVE_UP_AFTER_S

    def _in_state(self, state: State, values: Values) -> bool:
        first = state is self._workout.states[0]
        return all(self._holds(c, values, first) for c in state.conditions)

    def _holds(self, condition: Condition, values: Values, first: bool) -> bool:
        slack = self._start_tolerance(condition) if first else 0.0
        return holds(condition, values, slack)

    def _start_tolerance(self, condition: Condition) -> float:
        """Return by how much this person may miss a condition of the first state."""
        span = self._state_spans.get(condition)
        level = self._rest[condition].value if span else math.nan
        if not span or math.isnan(level):
            return 0.0
        rests_at = condition.missed_by(Reading(level))
        return min(
            max(0.0, rests_at + START_TOLERANCE * (span - rests_at)), MAX_START_TOLERANCE * span
        )

    def _enter(self, state_index: int) -> None:
        self._state_index = state_index
        self._left_start_at = math.inf
        self._met_at.clear()
        self._best_progress.clear()
        self._max_progress, self._min_progress = 0.0, 1.0

    def _advance(self, state_index: int, time: float) -> CompletedRep | None:
        self._enter(state_index)
        if state_index != 0:
            return None
        cycle, self._cycle = self._cycle, Cycle(time)
        duration = time - cycle.started
        return CompletedRep(duration, cycle) if duration >= self._workout.shortest else None

    def _discard(self, condition: Condition, value: float) -> FailedAttempt | None:
        """Discard the repetition because a `throughout` condition was violated, with a value."""
        tried = bool(self._state_index) or self._max_progress >= MIN_ATTEMPT_PROGRESS
        self.reset()
        return FailedAttempt(condition, value) if tried else None

    def _turned_back(self, target: State, progress: float) -> FailedAttempt | None:
        """Return an attempt if the body, back in the current state, was on its way to `target`."""
        turned_back = progress - self._min_progress <= self._max_progress / 2
        if self._max_progress < MIN_ATTEMPT_PROGRESS or not turned_back:
            return None
        best, current = dict(self._best_progress), self._workout.states[self._state_index or 0]
        assert self._state_index is not None
        self._enter(self._state_index)
        if self._state_index == 0:
            self._cycle = Cycle(self._cycle.started)
        visible = [c for c in target.conditions if not math.isnan(best[c])]
        # Conditions that the body moved towards come first: a shallow lunge is also a short one.
        approached = [c for c in visible if _span(current, c) and best[c] < PASSED_PROGRESS]
        missed = min(approached or visible, key=lambda c: best[c])
        return FailedAttempt(
            missed, missed.at((1 - best[missed]) * self._whole_span(current, missed))
        )

    def _progress_to(self, target: State, current: State, values: Values) -> float:
        """Return the fraction of the way to the next state that the signal has covered.

        Both sides count together. If the next state has no condition on the signal, the condition
        with the most progress decides.
        """
        signal = self._workout.signal
        whole = {signal: Reading(values[signal].value)}
        of_signal = [c for c in target.conditions if c.measure is signal]
        progress = (
            self._progress(c, current, whole if of_signal else values)
            for c in of_signal or target.conditions
        )
        return max((p for p in progress if not math.isnan(p)), default=0.0)

    def _most_missed(self, target: State, values: Values) -> Condition:
        """Return the condition that is furthest from being met, among those with visible joints."""
        first = self._workout.states[0]
        shortfalls = {c: self._shortfall(c, first, values) for c in target.conditions}
        visible = [c for c in target.conditions if not math.isnan(shortfalls[c])]
        return max(visible or target.conditions, key=lambda c: shortfalls[c])

    def _shortfall(self, condition: Condition, current: State, values: Values) -> float:
        """Return how far a condition is from being met, as a fraction of its span; NaN: unknown.

        Fractions make degrees and body lengths comparable. The span is the distance from the
        opposite condition of the current state; without one it is the measure's full range, or a
        right angle, or one body length.
        """
        missed_by = condition.missed_by(values[condition.measure])
        return missed_by / self._whole_span(current, condition)

    def _closest(self, condition: Condition, current: State) -> float:
        """Return the value that came closest to a condition of the next state; NaN if unseen."""
        progress = self._best_progress.get(condition, math.nan)
        return condition.at((1 - progress) * self._whole_span(current, condition))

    def _whole_span(self, current: State, condition: Condition) -> float:
        return _span(current, condition) or self._workout.scale(condition.measure)

    def _progress(self, condition: Condition, current: State, values: Values) -> float:
        """Return 0 at the current state's threshold, 1 at the next one's; NaN without a span."""
        if not _span(current, condition):
            return math.nan
        return 1 - self._shortfall(condition, current, values)


def holds(condition: Condition, values: Values, slack: float = 0.0) -> bool:
    """Return whether a condition holds, within `slack`; True if its joints are not visible."""
    reading = values[condition.measure]
    return math.isnan(reading.value) or condition.missed_by(reading) < slack


def _state_spans(workout: Workout) -> dict[Condition, float]:
    """Map conditions of the first state to their distance from the nearest opposite condition."""
    first, *others = workout.states
    spans = {}
    for start in first.conditions:
        opposite = [
            span
            for state in others
            for condition in state.conditions
            if (span := _span_between(start, condition))
        ]
        if opposite:
            spans[start] = min(opposite)
    return spans


def _span(current: State, condition: Condition) -> float:
    spans = (_span_between(start, condition) for start in current.conditions)
    return next((span for span in spans if span), 0.0)


def _span_between(a: Condition, b: Condition) -> float:
    """Return the distance between two opposite conditions on one measure; 0 for any others."""
    if a.measure is not b.measure or a.sign == b.sign:
        return 0.0
    return abs(b.threshold - a.threshold)
