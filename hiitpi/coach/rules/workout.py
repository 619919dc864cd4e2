"""The rules of a workout as data: ordered states, their conditions, and the full range."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal

from hiitpi.coach.rules.measure import Condition, Measure
from hiitpi.errors import WorkoutError

#: Positions of the hands that are part of a workout, and so cannot be its gesture for a pause: both
#: hands above the head, or one.
Hands = Literal["overhead", "one up"]


class State:
    """A position of the body: it is reached while all of its conditions hold.

    Args:
        name: name for the page.
        conditions: at least one.
    """

    def __init__(self, name: str, *conditions: Condition) -> None:
        self.name = name
        self.conditions = conditions

    def __repr__(self) -> str:
        return f"State({self.name}: {', '.join(map(str, self.conditions))})"


@dataclass(frozen=True, eq=False)
class Workout:
    """The rules of one workout.

    A repetition passes through all `states` in order and returns to the first. A workout with a
    single state is a hold, in which each second counts like a repetition.

    Attributes:
        name: display name.
        view: the side that the athlete shows to the camera.
        states: the states in order; a repetition starts and ends in the first.
        signal: the measure that the live graph shows.
        full_range: the (lowest, highest) value of each measure in a full repetition, for the form
            score: what the best tenth of people reach.
        lowering: when the body is lowered against gravity: on the way "out" of the first state, or
            "back" to it; None if nothing is lowered.
        throughout: conditions that must always hold; where one does not, the current repetition
            is discarded.
        shortest: minimum seconds of a repetition; shorter ones are twitches. It refers to the time
            away from the first state, which is less than the whole: a jumping jack of 0.5 s, at
            the pace of HIIT, is away from "closed" for 0.3 s.
        longest: maximum seconds of a repetition. An athlete who has not returned to the first state
            by then has stopped, for example to talk, and the repetition is discarded.
        pace: repetitions per minute of a trained person at ease.
        each_side: left and right take turns, and each repetition of a side counts; the states are
            those of one side. Otherwise both sides work together.
        floor: whether it is done on the floor. Pose models have been trained on few people who lie,
            and give low scores to keypoints that they place well, so low scores are accepted.
        lighter: a condition within which the repetitions are those of a lighter exercise, and what
            to tell the athlete then; its measure has a full range.
        hands: positions of the hands that occur in it; see `hiitpi.coach.session.gesture`.
        slug: name of its file; set by the library.

    Raises:
        WorkoutError: there is no state, two states have the same name, or a state has no condition.
    """

    name: str
    view: Literal["front", "side", "any"]
    states: tuple[State, ...]
    signal: Measure
    full_range: Mapping[Measure, tuple[float, float]]
    throughout: tuple[Condition, ...] = ()
    lowering: Literal["out", "back"] | None = None
    shortest: float = 0.35
    longest: float = 15.0
    pace: float = 30.0
    each_side: bool = False
    floor: bool = False
    lighter: tuple[Condition, str] | None = None
    hands: tuple[Hands, ...] = ()
    slug: str = field(default="")

    def __post_init__(self) -> None:
        if not self.states:
            raise WorkoutError(f"Workout {self.name!r} has no states.")
        if len({state.name for state in self.states}) < len(self.states):
            raise WorkoutError(f"Workout {self.name!r} has two states of the same name.")
        if any(not state.conditions for state in self.states):
            raise WorkoutError(f"Workout {self.name!r} has a state without a condition.")

    @property
    def hold(self) -> bool:
        """Whether it is a position to hold, of which seconds are counted."""
        return len(self.states) == 1

    @property
    def counts(self) -> str:
        """What is counted: "reps", or "seconds" for a hold."""
        return "seconds" if self.hold else "reps"

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All conditions of all states."""
        return tuple(chain.from_iterable(state.conditions for state in self.states))

    @property
    def measures(self) -> tuple[Measure, ...]:
        """All measures that the rules use, without duplicates."""
        conditions = (*self.conditions, *self.throughout)
        measures = (*(c.measure for c in conditions), self.signal, *self.full_range)
        return tuple(dict.fromkeys(measures))

    @property
    def joints(self) -> frozenset[str]:
        """The joints that the rules use, which the overlay highlights."""
        return frozenset(chain.from_iterable(m.joints for m in self.measures))

    def scale(self, measure: Measure) -> float:
        """Return a typical amount of a measure, which makes different units comparable.

        It is the extent of the measure's full range, or else a right angle or one body length.
        """
        low, high = self.full_range.get(measure, (0.0, 0.0))
        return high - low or (90.0 if measure.unit == "°" else 1.0)

    def bands(self) -> list[tuple[str, float | None, float | None]]:
        """Return the range of the signal in each state that has a condition on it.

        Returns:
            (name of the state, lowest value, highest value), in the signal's unit; None for an
            open end.
        """
        return [
            (
                state.name,
                None if c.sign == "<" else c.threshold,
                c.threshold if c.sign == "<" else None,
            )
            for state in self.states
            for c in state.conditions
            if c.measure is self.signal
        ]
