"""Says in sentences what the rules of a workout count."""

from collections.abc import Sequence

from hiitpi.coach.rules.measure import Condition
from hiitpi.coach.rules.workout import Workout


def explain(workout: Workout) -> list[str]:
    """Return the rules of a workout in sentences."""
    first, *others = workout.states
    if workout.hold:
        sentences = [f"It is a position to hold: {_listed(first.conditions)}."]
    else:
        sentences = [f"It begins and ends with {_listed(first.conditions)}."]
        verbs = ["It turns at", *["After that comes"] * len(others)]
        sentences += [
            f"{verb} {_listed(state.conditions)}."
            for verb, state in zip(verbs, others, strict=False)
        ]
    if workout.throughout:
        sentences.append(f"All the time: {_listed(workout.throughout)}.")
    if workout.each_side:
        sentences.append("Left and right take turns, and each counts.")
    if workout.floor:
        sentences.append("It is done on the floor.")
    return sentences


def _listed(conditions: Sequence[Condition]) -> str:
    *before, last = [str(condition) for condition in conditions]
    return f"{', '.join(before)} and {last}" if before else last
