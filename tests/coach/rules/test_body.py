"""Joint positions, lengths and long-term values of a body, on poses with hand-placed joints."""

import math
from collections.abc import Callable

import pytest

from hiitpi.coach.rules.body import BodyTracker, angle_at
from hiitpi.coach.rules.smoothing import INVISIBLE, Keypoint
from hiitpi.pose.keypoints import SIDES
from tests.support.bodies import body_after, rows, with_sides

#: Frame times are exact at this rate.
FPS = 8

STANDING = rows(
    shoulder=((280, 150), (360, 150)),
    wrist=((280, 270), (360, 270)),
    hip=((300, 300), (340, 300)),
    knee=((300, 400), (340, 400)),
    ankle=((300, 500), (340, 500)),
)


def test_the_midpoint_of_both_sides_is_weighted_by_score():
    left, right = (100.0, 200.0, 0.9), (200.0, 400.0, 0.3)

    def middle(left: Keypoint, right: Keypoint) -> tuple[float, float]:
        return body_after(with_sides(STANDING, "hip", left, right)).middle("hip")

    assert middle(left, right) == pytest.approx((125, 250))
    assert middle(INVISIBLE, right) == (200, 400)
    assert middle(left, INVISIBLE) == (100, 200)


@pytest.mark.parametrize(
    ("left", "right", "lower"),
    [(480, 500, 500), (500, 480, 500), (480, None, 480), (None, 480, 480)],
)
def test_the_lower_side_has_the_greater_y(left: float | None, right: float | None, lower: float):
    feet = [INVISIBLE if y is None else (320.0, float(y), 0.9) for y in (left, right)]
    assert body_after(with_sides(STANDING, "ankle", *feet)).lower("ankle") == lower


def test_a_length_is_that_of_the_longer_side_along_its_joints():
    left, right = (370.0, 400.0, 0.9), (340.0, 380.0, 0.9)
    body = body_after(with_sides(STANDING, "knee", left, right))
    assert body.length("leg") == pytest.approx(2 * math.hypot(70, 100))
    assert body.length("shin") == pytest.approx(math.hypot(70, 100))
    assert body.length("arm") == 120
    one_side = body_after(with_sides(STANDING, "knee", INVISIBLE, right))
    assert (one_side.length("leg"), one_side.length("shin")) == (200, 120)
    neither = body_after(with_sides(STANDING, "knee", INVISIBLE, INVISIBLE))
    assert math.isnan(neither.length("shin"))


def test_a_joint_is_visible_if_one_side_has_a_score_of_at_least_02():
    low, enough = (300.0, 300.0, 0.19), (300.0, 300.0, 0.2)
    assert body_after(with_sides(STANDING, "hip", low, enough)).is_visible("hip")
    assert body_after(with_sides(STANDING, "hip", enough, low)).is_visible("hip")
    assert not body_after(with_sides(STANDING, "hip", low, low)).is_visible("hip")


@pytest.mark.parametrize(
    ("a", "b", "degrees"),
    [((9, 5), (5, 9), 90), ((9, 5), (1, 5), 180), ((9, 5), (7, 5), 0), ((9, 9), (5, 1), 135)],
)
def test_an_angle_does_not_depend_on_the_order(a, b, degrees: float):
    assert angle_at((5, 5), a, b) == pytest.approx(degrees)
    assert angle_at((5, 5), b, a) == pytest.approx(degrees)


# Values over a sliding window


def trunk(degrees: float, *, length: float = 150.0, shift: float = 0.0) -> list[Keypoint]:
    """Return a person whose legs stand upright and whose arms hang down, 100 long.

    Args:
        degrees: lean of the trunk.
        length: apparent length of the trunk.
        shift: distance by which trunk and arms are further to the right.
    """
    x = 300 + shift + length * math.sin(math.radians(degrees))
    y = 300 - length * math.cos(math.radians(degrees))
    return rows(
        shoulder=(x, y), wrist=(x, y + 100), hip=(300 + shift, 300), knee=(300, 400),
        ankle=(300, 500),
    )  # fmt: skip


def feet_at(y: float) -> list[Keypoint]:
    """Return an upright person whose feet are at a height in the image."""
    return with_sides(trunk(0), "ankle", (300.0, y, 0.9), (300.0, y, 0.9))


LYING, SITTING = trunk(90), trunk(10)


@pytest.mark.parametrize(
    ("quantity", "before", "after", "values", "seconds"),
    [
        pytest.param(
            lambda body: body.length("torso"),
            [trunk(0)], trunk(0, length=75), (150, 75), 0.8 * 5, id="body length",
        ),
        pytest.param(
            lambda body: body.floor_y("ankle"),
            [feet_at(500)], feet_at(460), (500, 460), 0.8 * 8, id="floor",
        ),
        pytest.param(
            lambda body: body.hip_x_median,
            [trunk(0)], trunk(0, shift=80), (300, 380), 0.5 * 5, id="hips",
        ),
        pytest.param(
            lambda body: body.lying_lean,
            [LYING], trunk(60), (90, 60), 0.85 * 8, id="lean when lying",
        ),
        pytest.param(
            lambda body: body.usual_curl,
            [LYING, SITTING], LYING, (80, 0), 0.9 * 6, id="height of the sit-ups",
        ),
        pytest.param(
            lambda body: body.standing_height,
            [feet_at(500)], feet_at(400), (200, 100), 0.85 * 12, id="standing height",
        ),
    ],
)  # fmt: skip
def test_a_rolling_quantile_follows_a_change_after_its_part_of_the_window(
    quantity: Callable[[BodyTracker], float],
    before: list[list[Keypoint]],
    after: list[Keypoint],
    values: tuple[float, float],
    seconds: float,
):
    body, time = BodyTracker(), 0.0

    def hold(pose: list[Keypoint], until: float) -> None:
        nonlocal time
        while time < until:
            body.update(pose, time)
            time += 1 / FPS

    for pose in before:
        hold(pose, time + 15)
    change = time
    hold(after, change + seconds - 0.3)
    assert quantity(body) == pytest.approx(values[0])
    hold(after, change + seconds + 0.3)
    assert quantity(body) == pytest.approx(values[1], abs=0.01)


@pytest.mark.parametrize(("degrees", "lying"), [(39, False), (41, True)])
def test_a_lean_of_more_than_40_degrees_is_lying(degrees: float, lying: bool):
    assert math.isnan(body_after(trunk(degrees)).lying_lean) != lying


# Trunk and hands


@pytest.mark.parametrize(("length", "measurable"), [(55, True), (54, False)])
def test_a_trunk_shorter_than_0545_arms_has_no_lean(length: float, measurable: bool):
    assert math.isnan(body_after(trunk(30, length=length)).trunk_lean) != measurable


@pytest.mark.parametrize(("x", "y"), [(300, 300), (5, 5)])
def test_travel_is_measured_within_the_last_second(x: float, y: float):
    """It is the same in the middle of the frame and in a corner."""
    body = BodyTracker()
    for frame in range(3 * FPS):
        moved = 30.0 if frame == FPS else 0.0
        hip, wrist = (x + moved, y), (x + 30 - moved, y + moved / 3)
        body.update(rows(shoulder=(300, 150), hip=hip, wrist=wrist), frame / FPS)
        recent = FPS <= frame <= 2 * FPS
        assert body.hip_travel_px == (30 if recent else 0)
        assert body.wrist_travel_px == pytest.approx(math.hypot(30, 10) if recent else 0)


def on_a_bar(lean: float = 40, hips: float = 170, knees: float = 170) -> list[Keypoint]:
    """Return a person whose hands, at the end of arms 150 long, are on a bar.

    Args:
        lean: lean of the trunk in degrees.
        hips: angle at the hips in degrees.
        knees: angle at the knees in degrees.
    """

    def along(start: tuple[float, float], degrees: float, length: float) -> tuple[float, float]:
        turn = math.radians(degrees)
        return start[0] + length * math.sin(turn), start[1] - length * math.cos(turn)

    hip = (300.0, 250.0)
    shoulder = along(hip, lean, 150)
    ankle = along(hip, lean + hips, 200)
    middle = (hip[0] + ankle[0]) / 2, (hip[1] + ankle[1]) / 2
    knee = along(middle, lean + hips + 90, 100 / math.tan(math.radians(knees / 2)))
    wrist = shoulder[0] + 90, shoulder[1] + 120
    return rows(shoulder=shoulder, hip=hip, knee=knee, ankle=ankle, wrist=wrist)


@pytest.mark.parametrize(
    ("pose", "leans"),
    [
        (on_a_bar(lean=17), False),
        (on_a_bar(lean=19), True),
        (on_a_bar(lean=64), True),
        (on_a_bar(lean=66), False),
        (on_a_bar(hips=149), False),
        (on_a_bar(hips=151), True),
        (on_a_bar(knees=139), False),
        (on_a_bar(knees=141), True),
    ],
)
def test_a_straight_inclined_body_leans_on_its_hands(pose: list[Keypoint], leans: bool):
    assert body_after(pose).leans_on_hands == leans


@pytest.mark.parametrize(("distance", "leans"), [(89, True), (91, False)])
def test_supporting_hands_move_by_less_than_six_tenths_of_an_arm(distance: float, leans: bool):
    pose = on_a_bar()
    body = body_after(pose)
    x, y, score = pose[SIDES["wrist"][0]]
    wrist = (x + distance, y, score)
    body.update(with_sides(pose, "wrist", wrist, wrist), 2.0)
    assert body.leans_on_hands == leans
