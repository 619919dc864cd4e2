"""The hint that repetitions are those of a lighter exercise."""

import pytest

from hiitpi.coach.messages import Event
from hiitpi.coach.rules.cycle import Cycle
from hiitpi.coach.rules.lighter import REPS, LighterExercise
from hiitpi.coach.rules.measure import Reading
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from tests.support.ideal_athlete import judged

LIBRARY = WorkoutLibrary()
assert LIBRARY["sit_up"].lighter
CONDITION, HINT = LIBRARY["sit_up"].lighter
CRUNCH, FULL = 25.0, 75.0


def hints(*highest: float) -> list[str]:
    """Return what the athlete is told after repetitions that turn the trunk by these angles."""
    lighter = LighterExercise(LIBRARY["sit_up"])
    return [
        lighter.update(Cycle(high={CONDITION.measure: Reading(degrees)})) for degrees in highest
    ]


@pytest.mark.parametrize(("performed", "expected"), [("crunch", [HINT]), ("sit_up", [])])
def test_crunches_count_as_sit_ups_and_are_explained_once(performed: str, expected: list[str]):
    events: list[Event] = []
    coach, truth = judged(
        performed, 30, workout="sit_up", listen=lambda _, result: events.extend(result.events)
    )
    assert coach.reps == truth > REPS
    assert [event.text for event in events if event.kind == "cue"] == expected


def test_the_hint_needs_three_in_a_row():
    assert hints(CRUNCH, CRUNCH, FULL, CRUNCH, CRUNCH) == [""] * 5
    assert hints(FULL, CRUNCH, CRUNCH, CRUNCH, CRUNCH) == ["", "", "", HINT, ""]


def test_an_angle_that_was_not_seen_is_no_crunch():
    assert hints(*[float("nan")] * 4) == [""] * 4


def test_other_workouts_have_no_lighter_exercise():
    lighter = LighterExercise(LIBRARY["squat"])
    assert [lighter.update(Cycle()) for _ in range(4)] == [""] * 4
