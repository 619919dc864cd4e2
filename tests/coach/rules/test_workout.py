"""What a workout derives from its rules, and which rules are refused."""

from dataclasses import replace

import pytest

from hiitpi.coach import State, Workout, angle, lean, spread
from hiitpi.errors import WorkoutError

ARMS = angle("hip", "shoulder", "elbow", says=("Arms down", "Arms up"))
FEET = spread("ankle", per="torso", says=("", ""))
TRUNK = lean(says=("", ""))
JACKS = Workout(
    name="Jacks",
    view="front",
    states=(State("in", ARMS < 40, FEET < 0.5), State("out", ARMS > 100)),
    signal=ARMS,
    full_range={ARMS: (20, 140)},
    throughout=(TRUNK < 30,),
)


def test_measures_conditions_and_joints():
    assert JACKS.measures == (ARMS, FEET, TRUNK)
    assert JACKS.joints == {"hip", "shoulder", "elbow", "ankle"}
    assert [str(condition) for condition in JACKS.conditions] == [
        "hip-shoulder-elbow angle < 40°",
        "spread of the ankles < 0.5 × torso",
        "hip-shoulder-elbow angle > 100°",
    ]


def test_a_workout_with_one_state_is_a_hold():
    hold = replace(JACKS, states=JACKS.states[:1])
    assert (JACKS.hold, JACKS.counts) == (False, "reps")
    assert (hold.hold, hold.counts) == (True, "seconds")


def test_bands_are_the_ranges_of_the_signal():
    assert JACKS.bands() == [("in", None, 40), ("out", 100, None)]
    assert replace(JACKS, signal=FEET).bands() == [("in", None, 0.5)]
    assert replace(JACKS, signal=TRUNK).bands() == []


@pytest.mark.parametrize(
    ("states", "reason"),
    [
        ((), "has no states"),
        ((State("in", ARMS < 40), State("in", ARMS > 100)), "two states of the same name"),
        ((State("in", ARMS < 40), State("out")), "a state without a condition"),
    ],
)
def test_invalid_rules_are_refused(states: tuple[State, ...], reason: str):
    with pytest.raises(WorkoutError, match=reason):
        replace(JACKS, states=states)
