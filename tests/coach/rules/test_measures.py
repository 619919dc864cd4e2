import math
from dataclasses import replace

import numpy as np
import pytest

from hiitpi.coach import (
    ahead,
    angle,
    arch,
    height,
    larger,
    lean,
    reach,
    require_visible,
    rise,
    shift,
    smaller,
    split,
    spread,
    step,
    tap,
    travel,
    trunk_lean_lying,
)
from hiitpi.coach.rules.body import BodyTracker
from hiitpi.coach.rules.measure import Measure, Reading
from hiitpi.coach.rules.smoothing import Smoother
from hiitpi.pose.keypoints import KEYPOINTS, Pose
from tests.support.stick_figure import CLOSED, Figure

SAYS = ("lower", "higher")

arms = angle("hip", "shoulder", "elbow", says=SAYS)
feet = spread("ankle", per="torso", says=SAYS)
depth = height("hip", over="knee", per="shin", says=SAYS)
trunk = lean(says=SAYS)


def read(measure: Measure, figure: Figure) -> Reading:
    body = BodyTracker()
    body.update(Smoother().update(figure.pose(), 0.0), 0.0)
    return measure.read(body)


@pytest.mark.parametrize("degrees", [0, 15, 90, 150, 179])
def test_angle(degrees: float):
    reading = read(arms, replace(CLOSED, arms=(degrees, degrees)))
    assert reading.value == pytest.approx(degrees, abs=0.1)
    assert (reading.left, reading.right) == pytest.approx((degrees, degrees), abs=0.1)


def test_angle_of_the_visible_side():
    pose = replace(CLOSED, arms=(40, 100)).pose()
    pose.score[7] = 0.25  # left elbow: uncertain
    body = BodyTracker()
    body.update(Smoother().update(pose, 0.0), 0.0)
    reading = arms.read(body)
    assert math.isnan(reading.left)
    assert reading.value == pytest.approx(100, abs=0.1)


def test_lengths_are_relative_to_the_body():
    assert read(feet, replace(CLOSED, feet=0.8)).value == pytest.approx(0.8, abs=0.01)
    assert read(depth, replace(CLOSED, depth=0.4)).value == pytest.approx(0.4, abs=0.02)


@pytest.mark.parametrize("degrees", [0, 30, -45, 90, 120])
def test_lean(degrees: float):
    assert read(trunk, replace(CLOSED, lean=degrees)).value == pytest.approx(abs(degrees), abs=0.1)


def test_an_invisible_joint_has_no_value():
    assert math.isnan(read(feet, replace(CLOSED, hidden=frozenset({"ankle"}))).value)
    assert math.isnan(read(trunk, replace(CLOSED, hidden=frozenset({"hip"}))).value)


def test_a_body_without_extent_has_no_measures():
    body = BodyTracker()
    point = Pose(np.full((17, 2), 5, np.float32), np.ones(17, np.float32), 1.0)
    body.update(Smoother().update(point, 0.0), 0.0)
    assert all(math.isnan(m.read(body).value) for m in (feet, depth))


def test_a_body_length_outlasts_a_limb_that_points_at_the_camera():
    body = BodyTracker()
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


def test_both_sides_must_come_within_the_slack():
    assert (arms > 110).missed_by(Reading(120, 160, 85)) < 0
    assert (arms > 110).missed_by(Reading(120, 170, 70)) == 10


def test_condition_has_a_cue():
    assert (arms > 110).cue == "higher"
    assert (arms < 45).cue == "lower"
    assert str(arms > 110) == "hip-shoulder-elbow angle > 110°"


def body_of(pose: Pose, *, seen: float = 0.2) -> BodyTracker:
    body = BodyTracker()
    body.update(Smoother(min_score=seen).update(pose, 0.0), 0.0)
    return body


def moved(figure: Figure, **joints: tuple[float, float]) -> Pose:
    """Return the pose with joints shifted by (right, up), in trunk lengths of 100 pixels."""
    pose = figure.pose()
    for name, (right, up) in joints.items():
        pose.xy[KEYPOINTS.index(name)] += (100 * right, -100 * up)
    return pose


def test_smaller_larger_and_ahead():
    arms_of = replace(CLOSED, arms=(40, 100))
    assert read(smaller(arms), arms_of).value == pytest.approx(40, abs=0.1)
    assert read(larger(arms), arms_of).value == pytest.approx(100, abs=0.1)
    assert read(ahead(arms, says=SAYS), arms_of).value == pytest.approx(60, abs=0.1)
    lead = ahead(arms, says=SAYS)
    body = body_of(arms_of.pose())
    assert lead.of(body, 0).value == pytest.approx(-60, abs=0.1)
    assert lead.of(body, 1).value == pytest.approx(60, abs=0.1)


def test_a_measure_without_sides_reads_the_whole_body():
    body = body_of(CLOSED.pose())
    assert feet.of(body, 0) == feet.read(body)
    assert larger(depth).of(body, 1) == larger(depth).read(body)


def test_reach_is_to_the_other_side():
    pose = CLOSED.pose()
    pose.xy[KEYPOINTS.index("left_wrist")] = pose.xy[KEYPOINTS.index("right_ankle")]
    hand = reach("wrist", to="ankle", per="torso", says=SAYS)
    body = body_of(pose)
    assert hand.of(body, 0).value == pytest.approx(0)
    assert hand.of(body, 1).value > 0.5


def test_step_and_split():
    assert read(step("knee", per="shin", says=SAYS), CLOSED).value == pytest.approx(0, abs=0.01)
    lunge = body_of(moved(CLOSED, left_knee=(0, -0.4), left_ankle=(0.9, 0)))
    assert step("knee", per="torso", says=SAYS).read(lunge).value == pytest.approx(0.4, abs=0.05)
    assert split(says=SAYS).read(lunge).value > 0.5
    together = moved(CLOSED, left_ankle=(-0.3, 0))
    assert math.isnan(split(says=SAYS).read(body_of(together)).value)


def test_rise_is_relative_to_the_habitual_position():
    body, smoother = BodyTracker(), Smoother()
    feet_up = rise("ankle", per="torso", says=SAYS)
    for frame in range(30):
        body.update(smoother.update(CLOSED.pose(), frame / 30), frame / 30)
    assert feet_up.read(body).value == pytest.approx(0, abs=0.01)
    for frame in range(30, 40):
        body.update(smoother.update(CLOSED.pose(y=370), frame / 30), frame / 30)
    assert feet_up.read(body).value == pytest.approx(0.3, abs=0.05)


def test_shift_and_travel():
    body, smoother = BodyTracker(), Smoother()
    aside, way = shift(per="torso", says=SAYS), travel(per="torso", says=SAYS)
    for frame in range(90):
        body.update(smoother.update(CLOSED.pose(x=320), frame / 30), frame / 30)
    for frame in range(90, 100):
        body.update(smoother.update(CLOSED.pose(x=400), frame / 30), frame / 30)
    assert aside.of(body, 0).value == pytest.approx(0.8, abs=0.05)
    assert aside.of(body, 1).value == pytest.approx(-0.8, abs=0.05)
    assert way.read(body).value == pytest.approx(0.8, abs=0.05)
    for frame in range(100, 140):
        body.update(smoother.update(CLOSED.pose(x=400), frame / 30), frame / 30)
    assert way.read(body).value == pytest.approx(0, abs=0.01)


def test_a_tap_is_sideways_or_up():
    foot = tap(per="torso", says=SAYS)
    neat = replace(CLOSED, feet=0.3)
    home = body_of(neat.pose())
    assert max(foot.of(home, side).value for side in (0, 1)) < 0.1
    aside = body_of(moved(neat, left_ankle=(0.5, 0)))
    assert foot.of(aside, 0).value == pytest.approx(0.5, abs=0.05)
    assert foot.of(aside, 1).value < 0.1
    assert foot.of(body_of(moved(neat, right_ankle=(0, 0.3))), 1).value > 0.25


def test_arch_has_the_same_sign_from_both_sides():
    hips = arch("shoulder", "hip", "ankle", per="torso", says=SAYS)
    for flip in (1, -1):
        pose = CLOSED.pose()
        for name, (x, y) in {"shoulder": (0, 0), "hip": (100, 0), "ankle": (260, 0)}.items():
            for side in ("left", "right"):
                pose.xy[KEYPOINTS.index(f"{side}_{name}")] = (320 + flip * x, 300 + y)
        straight = hips.read(body_of(pose)).value
        pose.xy[[KEYPOINTS.index("left_hip"), KEYPOINTS.index("right_hip")], 1] -= 30
        assert straight == pytest.approx(0, abs=0.01)
        assert hips.read(body_of(pose)).value == pytest.approx(0.3, abs=0.05)


def test_require_visible_ignores_low_scores():
    pose = CLOSED.pose()
    pose.score[[KEYPOINTS.index("left_hip"), KEYPOINTS.index("right_hip")]] = 0.1
    uncertain = body_of(pose, seen=0.01)
    assert not math.isnan(depth.read(uncertain).value)
    assert math.isnan(require_visible(depth).read(uncertain).value)
    assert math.isnan(trunk.read(uncertain).value)


def test_the_lying_lean_follows_from_the_shoulders_without_the_hips():
    up, body, smoother = trunk_lean_lying(says=SAYS), BodyTracker(), Smoother(min_score=0.01)
    for frame in range(60):
        pose = CLOSED.pose(y=400 if frame < 45 else 310)
        pose.score[[KEYPOINTS.index("left_hip"), KEYPOINTS.index("right_hip")]] = 0.1
        body.update(smoother.update(pose, frame / 30), frame / 30)
        if frame == 40:
            assert up.read(body).value == pytest.approx(90, abs=2)
    assert up.read(body).value == pytest.approx(math.degrees(math.acos(0.9)), abs=3)
