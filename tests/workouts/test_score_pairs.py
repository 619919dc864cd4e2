"""The form score ranks repetitions of real people as a human judge does.

A person who did not know the scores watched the videos and chose pairs of which one is clearly
better. Both repetitions of a pair are valid.
"""

from functools import cache

import pytest

from hiitpi.coach.coach import Coach
from hiitpi.coach.messages import Repetition
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.recordings.pose_source import poses_of_npz
from tests.conftest import SHARED

PEOPLE = SHARED / "people"

pytestmark = pytest.mark.skipif(not PEOPLE.is_dir(), reason="the recordings are not available")

#: Greatest difference between the visible and the measured end of a repetition, in seconds.
TOLERANCE_S = 1.2

#: Workout; recording of the better repetition and its end in seconds; those of the worse one; why.
PAIRS = [
    ("squat", "squat__40", 3.2, "squat__29", 4.3, "far below the knees, or thighs just level"),
    ("squat", "squat__101", 1.9, "squat__208", 2.5, "below the knees, or well above level"),
    ("squat", "squat__14", 23.2, "squat__32", 1.65, "chest up, or trunk tipped by 50°"),
    ("push_up", "pushup__20", 8.0, "pushup__20", 4.5, "shoulders at the elbows, or above"),
    ("push_up", "pushup__20", 15.4, "pushup__20", 18.65, "shoulders at the elbows, or above"),
    ("push_up", "pushup__24", 4.8, "pushup__25", 3.8, "chest above the carpet, or right angles"),
    ("push_up", "pushup__29", 53.5, "pushup__29", 64.2, "pressed up at once, or in 1.5 s"),
    ("push_up", "pushup__19", 3.4, "pushup__19", 19.3, "elbows straight, or still bent"),
    ("jumping_jacks", "jumping_jack__22", 3.35, "jumping_jack__3", 3.65, "overhead, or 20° up"),
    ("jumping_jacks", "jumping_jack__23", 6.5, "jumping_jack__24", 2.75, "arms long, or bent"),
    ("sit_up", "situp__3", 7.9, "sit_up__204", 13.2, "upright, or a high crunch"),
    ("sit_up", "situp__101", 11.2, "situp__102", 5.05, "chest at the knees, or at 40°"),
    ("lunge", "lunge__6", 3.5, "lunge__8", 6.6, "knee on the floor, or off it"),
    ("high_knees", "high_knees__101", 1.8, "high_knees__202", 3.6, "to the chest, or the hips"),
    ("plank", "plank__104", 6.0, "plank__103", 7.0, "one line, or hips up"),
    ("mountain_climber", "mountain_climber__8", 1.33, "mountain_climber__101", 1.67,
     "knee at the elbow, or under the waist"),
]  # fmt: skip

#: Better repetitions whose advantage the score does not show, and why.
KNOWN_FAILURES = {
    "squat__14": "the score ignores the lean of the trunk, and both are equally deep",
    "pushup__19": "nearly straight arms appear as long as straight ones in the image",
    "mountain_climber__8": "the pace of that set is uneven, which costs more than depth earns",
}


@cache
def series(workout: str, recording: str) -> tuple[Repetition, ...]:
    """Return the repetitions counted in a recording."""
    frames = list(poses_of_npz(PEOPLE / f"{recording}.npz", "blazepose"))
    coach = Coach(WorkoutLibrary()[workout], frames[0].time)
    for frame in frames:
        coach.update(frame.pose, frame.time)
    return tuple(coach.series)


def score(workout: str, recording: str, end: float) -> float:
    """Return the score of the repetition that ends at `end` seconds."""
    nearest = min(series(workout, recording), key=lambda rep: abs(rep.time - end))
    assert abs(nearest.time - end) < TOLERANCE_S, "this repetition was not counted"
    return nearest.score


@pytest.mark.slow
@pytest.mark.parametrize(
    ("workout", "better", "better_end", "worse", "worse_end", "why"),
    [pytest.param(*pair, id=f"{pair[1]} at {pair[2]} s, {pair[3]}") for pair in PAIRS],
)
def test_the_better_repetition_has_the_higher_score(
    request: pytest.FixtureRequest,
    workout: str,
    better: str,
    better_end: float,
    worse: str,
    worse_end: float,
    why: str,
):
    if better in KNOWN_FAILURES:
        request.applymarker(pytest.mark.xfail(reason=KNOWN_FAILURES[better], strict=True))
    assert score(workout, better, better_end) > score(workout, worse, worse_end), why
