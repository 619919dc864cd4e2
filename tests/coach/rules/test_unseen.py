"""A joint that is not visible makes a measure NaN, never a number."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hiitpi.coach import Condition, Measure, State, Workout, height, lean, split, trunk_lean_lying
from hiitpi.coach.rules.body import BodyTracker
from hiitpi.coach.rules.measure import UNSEEN, Reading
from hiitpi.coach.rules.rep_counter import FailedAttempt, RepCounter
from hiitpi.coach.rules.smoothing import Smoother
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.pose.keypoints import SIDES, Pose
from tests.support.stick_figure import CLOSED, DOWN, OPEN

SAYS = ("lower", "higher")

MEASURES = [
    pytest.param(measure, id=f"{workout.slug}: {measure.name}")
    for workout in WorkoutLibrary()
    for measure in workout.measures
]

#: Measures that have a fallback when some of their joints are not visible.
WITH_FALLBACK = {
    "crunch: lean of the trunk",
    "crunch: rise of the trunk from lying",
    "crunch: rise of the trunk above lying again",
    "sit_up: lean of the trunk",
    "sit_up: rise of the trunk from lying",
    "sit_up: rise of the trunk above lying again",
    "lunge: split of the legs",
    "jumping_lunge: split of the legs",
}

FIGURES = st.builds(
    replace,
    st.sampled_from([CLOSED, OPEN, DOWN]),
    arms=st.tuples(st.floats(0, 180), st.floats(0, 180)),
    lean=st.floats(-90, 90),
    depth=st.floats(0.05, 1),
)


def hidden(pose: Pose, joints: tuple[str, ...]) -> Pose:
    """Return the pose with joints of both sides invisible."""
    score = pose.score.copy()
    score[[index for joint in joints for index in SIDES[joint]]] = 0.0
    return replace(pose, score=score)


def body_after(*poses: Pose) -> BodyTracker:
    """Return the body after these poses, a quarter of a second each."""
    body, smoother = BodyTracker(), Smoother(window_s=0.0)
    for i, pose in enumerate(poses):
        smoother.clear()
        body.update(smoother.update(pose, i / 4), i / 4)
    return body


def readings(measure: Measure, body: BodyTracker) -> list[Reading]:
    """Return the readings of the whole body, of the left and of the right side."""
    return [measure.read(body), measure.of(body, 0), measure.of(body, 1)]


@pytest.mark.parametrize("measure", MEASURES)
@given(before=st.lists(FIGURES, min_size=1, max_size=4), now=FIGURES)
@settings(max_examples=15, deadline=None)
def test_without_visible_joints_a_measure_is_nan(measure: Measure, before: list, now):
    poses = [figure.pose() for figure in before]
    body = body_after(*poses, hidden(now.pose(), measure.joints))
    assert all(math.isnan(reading.value) for reading in readings(measure, body))


@pytest.mark.parametrize("measure", [p for p in MEASURES if not WITH_FALLBACK & {p.id}])
@given(before=FIGURES, now=FIGURES)
@settings(max_examples=10, deadline=None)
def test_a_measure_needs_each_of_its_joints(measure: Measure, before, now):
    for joint in measure.joints:
        body = body_after(before.pose(), hidden(now.pose(), (joint,)))
        assert all(math.isnan(reading.value) for reading in readings(measure, body)), joint


def test_hidden_shoulders_do_not_read_as_lying():
    """Otherwise an occlusion while sitting up would count as a repetition."""
    trunk = trunk_lean_lying(says=SAYS)
    body = body_after(CLOSED.pose(), hidden(CLOSED.pose(), ("shoulder", "hip")))
    assert math.isnan(trunk.read(body).value)


def test_the_knees_alone_show_a_split_of_the_legs():
    pose = CLOSED.pose()
    pose.xy[SIDES["knee"][0], 1] -= 60
    body = body_after(pose, hidden(pose, ("ankle",)))
    assert split(says=SAYS).read(body).value > 0.5


HIPS = height("hip", over="ankle", per="leg", says=("Hips down", "Stand up"))
TRUNK = lean(says=("", "Chest down"), needed=False)
BURPEE = Workout(
    name="burpee",
    view="any",
    states=(State("standing", HIPS > 0.8), State("plank", HIPS < 0.6, TRUNK > 45)),
    signal=HIPS,
    full_range={},
)


def missed_condition(counter: RepCounter, *moments: dict[Measure, Reading]) -> Condition | None:
    """Return the condition missed in the first failed attempt, if any."""
    results = [counter.update(values, i * 0.1) for i, values in enumerate(moments)]
    return next((r.missed for r in results if isinstance(r, FailedAttempt)), None)


@pytest.mark.parametrize(
    ("hips", "trunk", "cue"),
    [
        (0.7, 44.0, "Hips down"),  # hips miss by half of the range, trunk by one degree
        (0.55, 5.0, "Chest down"),
        (0.7, math.nan, "Hips down"),  # an invisible joint is never the reason
    ],
)
def test_the_condition_missed_by_most_is_reported(hips: float, trunk: float, cue: str):
    standing = {HIPS: Reading(0.95), TRUNK: Reading(3.0)}
    lowest = {HIPS: Reading(hips), TRUNK: Reading(trunk)}
    missed = missed_condition(
        RepCounter(BURPEE), standing, standing, lowest, lowest, standing, standing
    )
    assert missed is not None
    assert missed.cue == cue


HANDS = height("wrist", over="ankle", per="torso", says=("Hands down", ""), needed=False)
THREE_STATES = replace(
    BURPEE,
    states=(
        State("standing", HIPS > 0.8),
        State("hands down", HANDS < 0.45),
        State("plank", TRUNK > 45, HIPS < 0.6),
    ),
)


@pytest.mark.parametrize(
    ("trunk", "cue"), [(44.0, "Hips down"), (math.nan, "Hips down"), (0.0, "Hips down")]
)
def test_giving_up_reports_the_condition_missed_by_most(trunk: float, cue: str):
    standing = {HIPS: Reading(1.0), HANDS: Reading(0.9), TRUNK: UNSEEN}
    bent = {HIPS: Reading(0.75), HANDS: Reading(0.2), TRUNK: Reading(trunk)}
    given_up = [{HIPS: Reading(1.0), HANDS: Reading(0.9), TRUNK: Reading(trunk)}] * 9
    missed = missed_condition(RepCounter(THREE_STATES), standing, standing, bent, bent, *given_up)
    assert missed is not None
    assert missed.cue == cue


def test_nan_coordinates_are_invisible():
    pose = CLOSED.pose()
    pose.xy[:] = np.nan
    pose.score[:] = 0.0
    body = body_after(CLOSED.pose(), pose)
    assert math.isnan(HIPS.read(body).value)
