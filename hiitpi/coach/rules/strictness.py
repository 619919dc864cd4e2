"""How strictly repetitions are judged: the thresholds of a workout, moved for a session.

Only the standard moves: the conditions that lead away from the first state. All else, such as what
the camera must see and how a repetition ends, stays. The form score always refers to the standard
rules, so that a repetition that counts only in a gentle session scores below 60.
"""

from dataclasses import replace
from typing import Final, Literal

from hiitpi.coach.rules.measure import Condition
from hiitpi.coach.rules.workout import State, Workout

Strictness = Literal["strict", "standard", "gentle"]

#: Fraction of the way by which a threshold moves: in a strict session from the standard towards the
#: full range, in a gentle one back towards the first state. A third makes a squat with the thighs
#: 13° above level the strict minimum and a quarter squat the gentle one; a push-up needs elbows
#: well below a right angle, or an arm bent to about 110°.
SHIFT: Final = 1 / 3


def at(workout: Workout, strictness: Strictness) -> Workout:
    """Return a workout with the thresholds of a strictness."""
    if strictness == "standard":
        return workout
    moving = standards(workout)
    states = (
        State(
            state.name,
            *(_moved(workout, c, strictness) if c in moving else c for c in state.conditions),
        )
        for state in workout.states
    )
    return replace(workout, states=tuple(states))


def standards(workout: Workout) -> list[Condition]:
    """Return the conditions that make a repetition valid: how deep, how high, how straight.

    They lead away from the first state, on measures with a full range. In a hold they are the
    limits of the signal.
    """
    if workout.hold:
        return [c for c in workout.conditions if c.measure is workout.signal]
    back = {(c.measure, c.sign) for c in workout.states[0].conditions}
    return [
        condition
        for state in workout.states[1:]
        for condition in state.conditions
        if condition.measure in workout.full_range
        and (condition.measure, condition.sign) not in back
    ]


def room(workout: Workout, condition: Condition) -> tuple[float, float]:
    """Return the values between which a standard can move.

    Args:
        workout: the rules.
        condition: one of the workout's `standards`.

    Returns:
        (the easy end, the hard end), in the measure's unit: the opposite threshold of the first
        state, or else the end of the full range; and the other end of the full range. In a hold
        the hard end is the middle of the range that is allowed, the easy end as far outside.
    """
    if workout.hold:
        limits = [c.threshold for c in standards(workout)]
        middle = (min(limits) + max(limits)) / 2
        return 2 * condition.threshold - middle, middle
    low, high = workout.full_range[condition.measure]
    easy, hard = (high, low) if condition.sign == "<" else (low, high)
    for start in workout.states[0].conditions:
        is_beyond = (start.threshold - condition.threshold) * (easy - hard) > 0
        if start.measure is condition.measure and is_beyond:
            easy = start.threshold
    return easy, hard


def _moved(workout: Workout, condition: Condition, strictness: Strictness) -> Condition:
    easy, hard = room(workout, condition)
    end = hard if strictness == "strict" else easy
    return replace(condition, threshold=condition.threshold + SHIFT * (end - condition.threshold))
