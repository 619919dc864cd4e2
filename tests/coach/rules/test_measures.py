"""Measures of joints, on poses for which the values are known."""

import math
from dataclasses import replace

import numpy as np
import pytest

from hiitpi.coach import (
    angle,
    arch,
    height,
    lean,
    reach,
    rise,
    shift,
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
from tests.support.bodies import body_after, body_of, rows
from tests.support.stick_figure import CLOSED, Figure

SAYS = ("lower", "higher")

arms = angle("hip", "shoulder", "elbow", says=SAYS)
feet = spread("ankle", per="torso", says=SAYS)
depth = height("hip", over="knee", per="shin", says=SAYS)
trunk = lean(says=SAYS)


def read(measure: Measure, figure: Figure) -> Reading:
    return measure.read(body_of(figure.pose()))


@pytest.mark.parametrize("degrees", [0, 15, 90, 150, 179])
def test_angle(degrees: float):
    reading = read(arms, replace(CLOSED, arms=(degrees, degrees)))
    assert reading.value == pytest.approx(degrees, abs=0.1)
    assert (reading.left, reading.right) == pytest.approx((degrees, degrees), abs=0.1)


@pytest.mark.parametrize(("length", "measurable"), [(26, True), (24, False)])
@pytest.mark.parametrize("end", ["shoulder", "wrist"])
def test_a_limb_shorter_than_a_quarter_of_the_trunk_has_no_angle(
    end: str, length: float, measurable: bool
):
    """The trunk is 100 long."""
    joints = {"shoulder": (300, 200), "elbow": (380, 200), "wrist": (460, 200)}
    foreshortened = {"shoulder": (380 - length, 200), "wrist": (380 + length, 200)}[end]
    body = body_after(
        rows(**joints, hip=(300, 300)), rows(**joints | {end: foreshortened}), seconds=1.0
    )
    elbow = angle("shoulder", "elbow", "wrist", says=SAYS).read(body).value
    assert elbow == pytest.approx(180) if measurable else math.isnan(elbow)


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
    body = body_of(Pose(np.full((17, 2), 5, np.float32), np.ones(17, np.float32), 1.0))
    assert all(math.isnan(m.read(body).value) for m in (feet, depth))


def test_a_body_length_is_not_shortened_by_a_limb_that_points_at_the_camera():
    body = BodyTracker()
    smoother = Smoother()
    for i in range(60):
        leaning = 80.0 if i > 30 else 0.0
        pose = replace(CLOSED, lean=0).pose()
        if leaning:
            pose.xy[5:7, 1] += 70  # lower shoulders: the trunk appears 30 long instead of 100
        body.update(smoother.update(pose, i / 30), i / 30)
    assert body.length("torso") == pytest.approx(100, rel=0.05)


def moved(figure: Figure, **joints: tuple[float, float]) -> Pose:
    """Return the pose with joints shifted by (right, up), in trunk lengths of 100 pixels."""
    pose = figure.pose()
    for name, (right, up) in joints.items():
        pose.xy[KEYPOINTS.index(name)] += (100 * right, -100 * up)
    return pose


def test_reach_is_to_the_other_side():
    pose = CLOSED.pose()
    pose.xy[KEYPOINTS.index("left_wrist")] = pose.xy[KEYPOINTS.index("right_ankle")]
    hand = reach("wrist", to="ankle", per="torso", says=SAYS)
    body = body_of(pose)
    assert hand.of(body, 0).value == pytest.approx(0)
    assert hand.of(body, 1).value > 0.5


def test_step_and_split():
    assert read(step("knee", per="shin", says=SAYS), CLOSED).value == pytest.approx(0, abs=0.01)
    lunge = body_of(moved(CLOSED, left_knee=(0, -0.4), left_ankle=(0.9, -0.3)))
    assert step("knee", per="torso", says=SAYS).read(lunge).value == pytest.approx(0.4, abs=0.05)
    assert split(says=SAYS).read(lunge).value > 0.5
    straddle = body_of(moved(CLOSED, left_ankle=(0.9, 0)))
    assert split(says=SAYS).read(straddle).value < 0.1
    together = moved(CLOSED, left_ankle=(-0.3, 0))
    assert math.isnan(split(says=SAYS).read(body_of(together)).value)


@pytest.mark.parametrize(("apart", "measurable"), [(25, True), (23, False)])
def test_legs_closer_than_012_of_their_length_have_no_split(apart: float, measurable: bool):
    """The legs are 200 long."""
    legs = rows(hip=(300, 200), knee=(300, 300), ankle=((300, 400), (300 + apart, 400)))
    distance = split(says=SAYS).read(body_after(legs)).value
    assert distance == pytest.approx(apart / 200, abs=0.01) if measurable else math.isnan(distance)


def test_a_split_seen_from_the_front_follows_from_the_knees():
    legs = rows(hip=(300, 200), knee=((300, 270), (300, 300)), ankle=((300, 400), (310, 400)))
    body = body_after(legs)
    knees = 30 / body.length("leg")
    assert split(says=SAYS).read(body).value == pytest.approx(2 * knees)
    assert split(says=SAYS, knee_weight=4.0).read(body).value == pytest.approx(4 * knees)


@pytest.mark.parametrize(
    ("options", "length", "measurable"),
    [({}, 55, True), ({}, 54, False), ({"toward": 80}, 18, True), ({"toward": 80}, 17, False)],
)
def test_a_trunk_that_points_at_the_camera_has_no_lean(
    options: dict[str, float], length: float, measurable: bool
):
    """The arms are 100 long. It is tilted by 57° unless given; cos 57° = 0.545, cos 80° = 0.174."""
    body = body_after(rows(shoulder=(300, 300 - length), wrist=(300, 400 - length), hip=(300, 300)))
    assert math.isnan(lean(says=SAYS, **options).read(body).value) != measurable


@pytest.mark.parametrize(("length", "measurable"), [(101, True), (99, False)])
def test_a_line_shorter_than_the_unit_has_no_arch(length: float, measurable: bool):
    """The trunk, which is the unit, is 100 long."""
    body = body_after(rows(shoulder=(300, 300), hip=(300, 400), ankle=(300 + length, 300)))
    hips = arch("shoulder", "hip", "ankle", per="torso", says=SAYS).read(body).value
    assert hips == pytest.approx(-1) if measurable else math.isnan(hips)


@pytest.mark.parametrize("right", [1, -1])
@pytest.mark.parametrize("down", [1, -1])
def test_an_arch_is_perpendicular_to_a_line_that_slopes(right: int, down: int):
    """The line goes 300 aside and 400 up or down; the hips are 50 above its middle."""
    x, y = 400, 400
    ankle = (x + right * 300, y + down * 400)
    hip = (x + right * 150 + right * down * 40, y + down * 200 - 30)
    body = body_after(rows(shoulder=(x, y), hip=hip, ankle=ankle))
    hips = arch("shoulder", "hip", "ankle", per="torso", says=SAYS).read(body).value
    assert hips * body.length("torso") == pytest.approx(50)


def test_rise_is_relative_to_the_usual_position():
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
    aside, distance = shift(per="torso", says=SAYS), travel(per="torso", says=SAYS)
    for frame in range(90):
        body.update(smoother.update(CLOSED.pose(x=320), frame / 30), frame / 30)
    for frame in range(90, 100):
        body.update(smoother.update(CLOSED.pose(x=400), frame / 30), frame / 30)
    assert aside.of(body, 0).value == pytest.approx(0.8, abs=0.05)
    assert aside.of(body, 1).value == pytest.approx(-0.8, abs=0.05)
    assert distance.read(body).value == pytest.approx(0.8, abs=0.05)
    for frame in range(100, 140):
        body.update(smoother.update(CLOSED.pose(x=400), frame / 30), frame / 30)
    assert distance.read(body).value == pytest.approx(0, abs=0.01)


def test_a_tap_is_sideways_or_up():
    foot = tap(per="torso", says=SAYS)
    neat = replace(CLOSED, feet=0.3)
    home = body_of(neat.pose())
    assert max(foot.of(home, side).value for side in (0, 1)) < 0.1
    aside = body_of(moved(neat, left_ankle=(0.5, 0)))
    assert foot.of(aside, 0).value == pytest.approx(0.5, abs=0.05)
    assert foot.of(aside, 1).value < 0.1
    step_up = moved(neat, right_ankle=(0, 0.25), right_knee=(0, 0.15))
    assert foot.of(body_of(step_up), 1).value == pytest.approx(0.4, abs=0.05)
    lifted_behind = moved(neat, right_ankle=(0, 0.25))
    assert foot.of(body_of(lifted_behind), 1).value < 0.1


def test_feet_that_go_out_together_are_no_tap():
    foot = tap(per="torso", says=SAYS)
    jack = body_of(replace(CLOSED, feet=0.9).pose())
    assert max(foot.of(jack, side).value for side in (0, 1)) < 0.1


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


def test_the_lying_lean_follows_from_the_shoulders_without_the_hips():
    up, body, smoother = trunk_lean_lying(says=SAYS), BodyTracker(), Smoother(min_score=0.01)
    for frame in range(60):
        pose = CLOSED.pose(y=400 if frame < 45 else 310)
        pose.score[[KEYPOINTS.index("left_hip"), KEYPOINTS.index("right_hip")]] = 0.1
        body.update(smoother.update(pose, frame / 30), frame / 30)
        if frame == 40:
            assert up.read(body).value == pytest.approx(90, abs=2)
    assert up.read(body).value == pytest.approx(math.degrees(math.acos(0.9)), abs=3)
