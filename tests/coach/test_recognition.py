"""Which workout it is, by the counts of all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiitpi.coach.recognition import NEEDED, QUIET, STANDING, decide
from tests.support.ideal_athlete import LIBRARY

SLUGS = [workout.slug for workout in LIBRARY]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({}, None),
        ({"squat": 1}, None),
        ({"squat": 2}, "squat"),
        ({"squat": 2, "lunge": 2}, "squat"),
        ({"squat": 1, "lunge": 2}, "lunge"),
        ({"squat": 3, "squat_jump": 2}, "squat_jump"),  # the stricter one that nearly always holds
        ({"squat": 4, "squat_jump": 2}, "squat"),
        ({"burpee": 2, "push_up": 2, "mountain_climber": 9, "plank": 4}, "burpee"),
        ({"burpee": 1, "push_up": 1}, None),
        ({"push_up": 2, "mountain_climber": 4, "plank": 5}, "push_up"),
        ({"push_up": 2, "jumping_lunge": 3, "squat_jump": 2}, "push_up"),
        ({"sit_up": 2, "crunch": 2, "jumping_jacks": 2}, "sit_up"),
        ({"high_knees": 3, "squat": 2}, None),
        ({"high_knees": 4, "squat": 2, "toe_tap": 4}, "high_knees"),
        ({"toe_tap": 5}, "toe_tap"),
        ({"toe_tap": 9, "squat": 1}, None),
        ({"plank": 4}, "plank"),
        ({"my_own": 2}, "my_own"),
    ],
)
def test_what_is_recognised(counts: dict[str, int], expected: str | None):
    assert decide(counts) == expected


@given(st.dictionaries(st.sampled_from([*SLUGS, "my_own"]), st.integers(0, 30)))
def test_only_what_was_done_often_enough_is_recognised(counts: dict[str, int]):
    slug = decide(counts)
    if slug is not None:
        assert counts[slug] >= QUIET.get(slug, NEEDED.get(slug, 2))


def test_the_tables_name_shipped_workouts():
    assert {*NEEDED, *QUIET, *STANDING} <= set(SLUGS)
