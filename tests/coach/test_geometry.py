import math
from dataclasses import replace

import numpy as np
import pytest

from hiitpi.coach import angle, height, lean, spread
from hiitpi.coach.body import Body
from hiitpi.coach.measure import Measure, Reading
from hiitpi.coach.smoothing import Smoother
from hiitpi.pose.keypoints import Pose
from tests.coach.stick import CLOSED, Figure

SAYS = ("lower", "higher")

arms = angle("hip", "shoulder", "elbow", says=SAYS)
feet = spread("ankle", per="torso", says=SAYS)
depth = height("hip", over="knee", per="shin", says=SAYS)
trunk = lean(says=SAYS)


def read(measure: Measure, figure: Figure) -> Reading:
    body = Body()
    body.update(Smoother().update(figure.pose(), 0.0), 0.0)
    return measure.read(body)


@pytest.mark.parametrize("degrees", [0, 15, 90, 150, 179])
def test_angle(degrees: float):
    found = read(arms, replace(CLOSED, arms=(degrees, degrees)))
    assert found.value == pytest.approx(degrees, abs=0.1)
    assert (found.left, found.right) == pytest.approx((degrees, degrees), abs=0.1)


def test_angle_of_the_side_that_is_seen():
    pose = replace(CLOSED, arms=(40, 100)).pose()
    pose.score[7] = 0.25  # left elbow: guessed
    body = Body()
    body.update(Smoother().update(pose, 0.0), 0.0)
    found = arms.read(body)
    assert math.isnan(found.left)
    assert found.value == pytest.approx(100, abs=0.1)


def test_lengths_are_of_the_body():
    assert read(feet, replace(CLOSED, feet=0.8)).value == pytest.approx(0.8, abs=0.01)
    assert read(depth, replace(CLOSED, depth=0.4)).value == pytest.approx(0.4, abs=0.02)


@pytest.mark.parametrize("degrees", [0, 30, -45, 90, 120])
def test_lean(degrees: float):
    assert read(trunk, replace(CLOSED, lean=degrees)).value == pytest.approx(abs(degrees), abs=0.1)


def test_what_is_not_seen_has_no_value():
    assert math.isnan(read(feet, replace(CLOSED, hidden=frozenset({"ankle"}))).value)
    assert math.isnan(read(trunk, replace(CLOSED, hidden=frozenset({"hip"}))).value)


def test_a_body_of_no_size_has_no_measures():
    body = Body()
    point = Pose(np.full((17, 2), 5, np.float32), np.ones(17, np.float32), 1.0)
    body.update(Smoother().update(point, 0.0), 0.0)
    assert all(math.isnan(m.read(body).value) for m in (feet, depth))


def test_a_body_length_outlasts_a_limb_that_points_at_the_camera():
    body = Body()
    smoother = Smoother()
    for i in range(60):
        leaning = 80.0 if i > 30 else 0.0
        pose = replace(CLOSED, lean=0).pose()
        if leaning:
            pose.xy[5:7, 1] += 70  # the shoulders come down: the trunk looks 30 long instead of 100
        body.update(smoother.update(pose, i / 30), i / 30)
    assert body.length("torso") == pytest.approx(100, rel=0.05)


@pytest.mark.parametrize(
    ("condition", "value", "missed"),
    [(arms > 110, 100, 10), (arms > 110, 120, -10), (arms < 45, 60, 15), (arms < 45, 40, -5)],
)
def test_condition(condition, value, missed):
    assert condition.missed_by(Reading(value)) == missed


def test_condition_asks_both_sides_to_come_near():
    assert (arms > 110).missed_by(Reading(120, 160, 85)) < 0
    assert (arms > 110).missed_by(Reading(120, 170, 70)) == 10


def test_condition_has_words():
    assert (arms > 110).cue == "higher"
    assert (arms < 45).cue == "lower"
    assert str(arms > 110) == "hip-shoulder-elbow angle > 110°"
