"""Readings of the whole body and of its sides, and conditions on them."""

import math
from dataclasses import replace

import pytest

from hiitpi.coach import (
    ahead,
    angle,
    arch,
    height,
    larger,
    lean,
    press,
    reach,
    require_visible,
    smaller,
    split,
    spread,
    stature,
    tap,
    travel,
)
from hiitpi.coach.rules.measure import Measure, Reading
from hiitpi.pose.keypoints import INDEX, SIDES, Pose
from tests.support.bodies import body_of
from tests.support.stick_figure import CLOSED

SAYS = ("lower", "higher")

arms = angle("hip", "shoulder", "elbow", says=SAYS)
feet = spread("ankle", per="torso", says=SAYS)
depth = height("hip", over="knee", per="shin", says=SAYS)


def uneven(**scores: float) -> Pose:
    """Return a person who raises the left arm by 40° and the right one by 100°.

    Args:
        scores: scores of keypoints, instead of 0.9.
    """
    pose = replace(CLOSED, arms=(40, 100)).pose()
    for name, score in scores.items():
        pose.score[INDEX[name]] = score
    return pose


# Conditions


@pytest.mark.parametrize(
    ("condition", "value", "missed"),
    [(arms > 110, 100, 10), (arms > 110, 120, -10), (arms < 45, 60, 15), (arms < 45, 40, -5)],
)
def test_condition(condition, value, missed):
    assert condition.missed_by(Reading(value)) == missed


def test_both_sides_must_come_within_the_slack():
    assert (arms > 110).missed_by(Reading(120, 160, 85)) < 0
    assert (arms > 110).missed_by(Reading(120, 170, 70)) == 10


@pytest.mark.parametrize(
    ("measure", "slack"),
    [
        (arms, 30),
        (depth, 0.25),
        (reach("wrist", to="ankle", per="torso", says=SAYS), 0.25),
        (tap(per="torso", says=SAYS), 0.25),
        (press(says=SAYS), 0.25),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_single_side_may_miss_by_the_slack(measure: Measure, slack: float):
    assert (measure > 1).missed_by(Reading(1, 1, 1 - slack)) == 0
    assert (measure > 1).missed_by(Reading(1, 1 - slack - 0.125, 1)) == 0.125
    assert (measure < 1).missed_by(Reading(1, 1 + slack + 0.125, 1)) == 0.125


def test_condition_has_a_cue():
    assert (arms > 110).cue == "higher"
    assert (arms < 45).cue == "lower"
    assert str(arms > 110) == "hip-shoulder-elbow angle > 110°"


def test_a_condition_may_have_its_own_cue():
    assert replace(arms > 110, words="To the ears").cue == "To the ears"


# The sides of a reading


def test_a_side_with_a_low_score_is_ignored():
    reading = arms.read(body_of(uneven(left_elbow=0.25)))
    assert math.isnan(reading.left)
    assert reading.value == pytest.approx(100, abs=0.1)


@pytest.mark.parametrize("joint", ["hip", "shoulder", "elbow"])
@pytest.mark.parametrize(("score", "used"), [(0.55, True), (0.53, False)])
def test_each_joint_needs_six_tenths_of_the_other_sides_score(joint: str, score: float, used: bool):
    """The other side has a score of 0.9."""
    for side, name in enumerate(("left", "right")):
        reading = arms.read(body_of(uneven(**{f"{name}_{joint}": score})))
        sides = reading.left, reading.right
        assert math.isnan(sides[side]) != used
        if not used:
            assert reading.value == sides[1 - side]


def test_the_sides_are_weighted_by_the_square_of_their_scores():
    reading = arms.read(body_of(uneven(left_elbow=0.6)))  # two thirds of 0.9: weights 4 and 9
    assert reading.value == pytest.approx((4 * 40 + 9 * 100) / 13, abs=0.1)
    assert (reading.left, reading.right) == pytest.approx((40, 100), abs=0.1)


def test_smaller_larger_and_ahead():
    body = body_of(uneven())
    assert smaller(arms).read(body).value == pytest.approx(40, abs=0.1)
    assert larger(arms).read(body).value == pytest.approx(100, abs=0.1)
    lead = ahead(arms, says=SAYS)
    assert lead.read(body).value == pytest.approx(60, abs=0.1)
    assert lead.of(body, 0).value == pytest.approx(-60, abs=0.1)
    assert lead.of(body, 1).value == pytest.approx(60, abs=0.1)


def test_a_measure_without_sides_reads_the_whole_body():
    body = body_of(CLOSED.pose())
    assert feet.of(body, 0) == feet.read(body)
    assert larger(depth).of(body, 1) == larger(depth).read(body)


# Visibility


def test_require_visible_ignores_low_scores():
    pose = CLOSED.pose()
    pose.score[list(SIDES["hip"])] = 0.1
    uncertain = body_of(pose, min_score=0.01)
    assert not math.isnan(depth.read(uncertain).value)
    assert math.isnan(require_visible(depth).read(uncertain).value)
    assert math.isnan(lean(says=SAYS).read(uncertain).value)


@pytest.mark.parametrize(
    ("measure", "needed"),
    [
        (arms, True),
        (feet, True),
        (depth, True),
        (lean(says=SAYS), True),
        (tap(per="torso", says=SAYS), True),
        (travel(per="torso", says=SAYS), True),
        (press(says=SAYS), True),
        (stature(says=SAYS), True),
        # Legs that occlude each other, lines that point at the camera, and a guessed far side are
        # frequent, so counting continues without these measures.
        (split(says=SAYS), False),
        (arch("shoulder", "hip", "ankle", per="torso", says=SAYS), False),
        (ahead(arms, says=SAYS), False),
        (angle("hip", "knee", "ankle", says=SAYS, needed=False), False),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_only_measures_that_are_rarely_hidden_are_required_for_counting(
    measure: Measure, needed: bool
):
    assert measure.needed == needed
