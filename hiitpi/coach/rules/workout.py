"""A workout is data: states in order, what a body must do to be in each, and a full range."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal

from hiitpi.coach.rules.measure import Condition, Measure
from hiitpi.errors import WorkoutError

#: Where the hands go in a workout, so that it is not taken for the pause gesture: both above the
#: head, or one.
Hands = Literal["overhead", "one up"]


class State:
    """A position of the body: all of its conditions hold."""

    def __init__(self, name: str, *conditions: Condition) -> None:
        self.name = name
        self.conditions = conditions

    def __repr__(self) -> str:
        return f"State({self.name}: {', '.join(map(str, self.conditions))})"


@dataclass(frozen=True, eq=False)
class Workout:
    """The rules of one exercise.

    A repetition is a passage through all `states` in order and back into the first. A workout of
    one state is a hold, and each second in it counts like a repetition.

    Attributes:
        name: what people call it.
        view: the side to show to the camera: "front", "side", or "any".
        states: the first is where a repetition starts and ends. One alone is a hold: seconds count.
        signal: the one number for the live graph.
        full_range: for each measure the (lowest, highest) value of a full repetition, which the
            best tenth of people reach; the form score compares with it.
        lowering: when the body is lowered under control: on the way "out" of the first state, or
            "back" to it; None: nothing is lowered.
        throughout: conditions that must hold all the time; where one does not, the repetition
            under way is void.
        shortest: seconds below which a cycle is a twitch and not a repetition. It is the time away
            from the first state, less than the whole: a jumping jack of 0.5 s, at the pace of HIIT,
            is away from "closed" for 0.3 s.
        longest: seconds after which somebody who has not been back in the first state has stopped
            in between: sat up to talk, stays down to stretch. What was under way does not count.
        pace: repetitions a minute of a trained person at ease.
        each_side: left and right take turns, and each of them counts: the states are those of one
            side. Otherwise both work together.
        floor: it is done on the floor. Pose models have seen few people lie, and are unsure of
            keypoints which they place well all the same; those count, then.
        hands: where the hands go in it; see `hiitpi.coach.session.gesture`.
        slug: the file name, set by the library.
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
        """Whether it is a position to hold, counted in seconds."""
        return len(self.states) == 1

    @property
    def counts(self) -> str:
        """What is counted: "reps", or the "seconds" of a hold."""
        return "seconds" if self.hold else "reps"

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All conditions of all states."""
        return tuple(chain.from_iterable(state.conditions for state in self.states))

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Every measure the rules speak of, each once."""
        conditions = (*self.conditions, *self.throughout)
        named = (*(c.measure for c in conditions), self.signal, *self.full_range)
        return tuple(dict.fromkeys(named))

    @property
    def joints(self) -> frozenset[str]:
        """The joints that the rules look at: the skeleton shows them bright."""
        return frozenset(chain.from_iterable(m.joints for m in self.measures))

    def bands(self) -> list[tuple[str, float | None, float | None]]:
        """(state, from, to) on the signal's axis, for the states that speak of the signal."""
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
