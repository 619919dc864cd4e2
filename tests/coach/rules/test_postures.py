"""Composite measures, on poses with hand-placed joints, for which the values are known."""

import math

import numpy as np
import pytest

from hiitpi.coach import (
    Measure,
    angle,
    as_from_the_side,
    curl,
    curl_left,
    lean,
    press,
    squat_depth,
    stature,
    trunk_lean_lying,
    unless_leaning_on_hands,
)
from hiitpi.coach.rules.body import BodyTracker
from hiitpi.coach.rules.postures import FRONT_KNEE_DEG
from tests.support.bodies import Place, body_after, rows

SAYS = ("lower", "higher")


def facing(hip: float, knee: float, *, shoulders: float = 60.0, lift: float = 0.0) -> list:
    """Return a person who stands in front of a low camera, in pixels.

    Args:
        hip: height of the hips over the feet.
        knee: height of the knees over the feet.
        shoulders: half of the distance between the shoulders.
        lift: height of the left knee over the right one.
    """
    top = 400 - hip - 150
    return rows(
        shoulder=((320 - shoulders, top), (320 + shoulders, top)),
        elbow=((320 - shoulders, top + 70), (320 + shoulders, top + 70)),
        wrist=((320 - shoulders, top + 140), (320 + shoulders, top + 140)),
        hip=((300, 400 - hip), (340, 400 - hip)),
        knee=((300, 400 - knee - lift), (340, 400 - knee)),
        ankle=(((300, 400)), (340, 400)),
    )


STANDING = facing(200, 100)


def value(measure: Measure, body: BodyTracker) -> float:
    return measure.read(body).value


def test_stature_is_relative_to_the_standing_height():
    for size in (1.0, 0.5):  # close to the camera and far away
        poses = [
            [(x * size, y * size, score) for x, y, score in pose]
            for pose in (STANDING, facing(140, 90))
        ]
        body = body_after(*poses, seconds=1.0)
        assert value(stature(says=SAYS), body) == pytest.approx(0.7, abs=0.01)


def test_stature_is_nan_before_the_person_has_stood():
    sitting = facing(60, 100)
    assert math.isnan(value(stature(says=SAYS), body_after(sitting)))


def test_depth_from_the_front_follows_from_the_height_of_the_hips():
    """Hips are 0.8 shins above knees that point at the camera, and at 64 % of their height."""
    body = body_after(STANDING, facing(128, 48), seconds=1.0)
    assert value(squat_depth(says=SAYS), body) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    "pose",
    [
        pytest.param(facing(128, 48, shoulders=10), id="from the side"),
        pytest.param(facing(128, 48, lift=60), id="one knee higher"),
    ],
)
def test_depth_from_other_views_follows_from_the_thighs(pose: list):
    body = body_after(STANDING, pose, seconds=1.0)
    thighs = (body.point("knee", 1)[1] - body.point("hip", 1)[1]) / body.length("shin")
    assert value(squat_depth(says=SAYS), body) > 0.45
    assert squat_depth(says=SAYS).read(body).right == pytest.approx(thighs)


@pytest.mark.parametrize(("lift", "depth"), [(33, 0.5), (35, (0.8 + 0.45) / 2)])
def test_level_knees_differ_by_less_than_017_legs(lift: float, depth: float):
    """The legs are 200 long. The depth by the thighs is 0.8 on the right, less on the left."""
    body = body_after(STANDING, facing(128, 48, lift=lift), seconds=1.0)
    assert value(squat_depth(says=SAYS), body) == pytest.approx(depth, abs=0.02)


@pytest.mark.parametrize(("shoulders", "depth"), [(33, 0.8), (35, 0.5)])
def test_facing_shoulders_are_wider_than_045_trunks(shoulders: float, depth: float):
    """The trunk is 151 long, so the width is 68."""
    poses = facing(200, 100, shoulders=shoulders), facing(128, 48, shoulders=shoulders)
    assert value(squat_depth(says=SAYS), body_after(*poses)) == pytest.approx(depth, abs=0.02)


def test_vertical_thighs_are_not_a_squat():
    body = body_after(STANDING, facing(128, 28), seconds=1.0)
    assert value(squat_depth(says=SAYS), body) == pytest.approx(1.0, abs=0.02)


def test_a_knee_looks_straighter_from_the_front():
    knee = angle("hip", "knee", "ankle", says=SAYS)
    front, side = body_after(STANDING), body_after(facing(200, 100, shoulders=10))
    assert value(as_from_the_side(knee), front) == pytest.approx(
        value(knee, front) - FRONT_KNEE_DEG
    )
    assert value(as_from_the_side(knee), side) == value(knee, side)


def on_the_floor(degrees: float) -> list:
    """Return a person on the back, knees bent, with the trunk at an angle from upright."""
    x, y = 150 * math.sin(math.radians(degrees)), 150 * math.cos(math.radians(degrees))
    return rows(
        shoulder=(300 - x, 400 - y), elbow=(290 - x, 390 - y), wrist=(300 - x, 380 - y),
        hip=(300, 400), knee=(390, 320), ankle=(450, 400),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("lying_lean", "raised_lean", "rise"), [(90, 60, 30), (50, 34, 16), (85, 5, 80)]
)
def test_a_curl_is_relative_to_the_lying_position(
    lying_lean: float, raised_lean: float, rise: float
):
    body = body_after(on_the_floor(lying_lean), on_the_floor(raised_lean), seconds=1.0)
    assert value(curl(says=SAYS), body) == pytest.approx(rise, abs=0.5)


@pytest.mark.parametrize("leaning", [39, 20])
def test_a_curl_is_relative_to_level_before_the_person_has_lain(leaning: float):
    assert value(curl(says=SAYS), body_after(on_the_floor(leaning))) == pytest.approx(90 - leaning)


def test_after_full_sit_ups_lying_almost_flat_is_enough():
    remaining = curl_left(says=SAYS)
    low = body_after(on_the_floor(90), on_the_floor(78), seconds=1.0)
    # No sit-up has been measured yet.
    assert value(remaining, low) == pytest.approx(12 - 8, abs=0.5)
    high = body_after(on_the_floor(90), on_the_floor(10), on_the_floor(78), seconds=1.0)
    assert value(remaining, high) == pytest.approx(12 - 0.3 * 80, abs=1.0)


@pytest.mark.parametrize(("knees", "lying"), [(40, True), (36, False), (-40, False)])
def test_a_trunk_that_points_at_the_camera_is_lying_if_the_knees_are_up(knees: float, lying: bool):
    """The arms are 150 long, a quarter of which is 37.5; the trunk appears 60 long."""
    pose = rows(
        shoulder=(300, 340), wrist=(300, 190), hip=(300, 400), knee=(320, 400 - knees),
        ankle=(330, 420),
    )  # fmt: skip
    lean = value(trunk_lean_lying(says=SAYS), body_after(pose))
    assert lean == 90.0 if lying else math.isnan(lean)


def leaning(shoulder: Place, *, wrist: Place = (430, 250), hip: Place = (260, 260)) -> list:
    """Return a person on the toes with the hands on a bar."""
    elbow = ((shoulder[0] + wrist[0]) / 2, (shoulder[1] + wrist[1]) / 2)
    knee = ((hip[0] + 200) / 2, (hip[1] + 400) / 2)
    return rows(shoulder=shoulder, elbow=elbow, wrist=wrist, hip=hip, knee=knee, ankle=(200, 400))


STRETCHED = leaning((319, 120))


def test_the_press_on_a_bar_is_a_distance():
    body = body_after(STRETCHED)
    assert body.leans_on_hands
    assert value(press(says=SAYS), body) == pytest.approx(1.0, abs=0.02)
    assert math.isnan(value(unless_leaning_on_hands(lean(says=SAYS)), body))


@pytest.mark.parametrize(
    "pose",
    [
        pytest.param(leaning((319, 120), hip=(180, 260)), id="bent at the hips"),
        pytest.param(leaning((262, 120)), id="upright"),
    ],
)
def test_other_poses_do_not_lean_on_the_hands(pose: list):
    assert not body_after(pose).leans_on_hands


def test_moving_hands_do_not_support_the_body():
    body = BodyTracker()
    for i in range(60):
        reach = 60 * math.sin(i / 5)
        body.update(leaning((319, 120), wrist=(430 + reach, 250 - reach)), i / 30)
    assert not body.leans_on_hands


def test_on_the_floor_the_press_is_a_height():
    plank = rows(
        shoulder=(300, 300), elbow=(300, 350), wrist=(300, 400),
        hip=(450, 340), knee=(530, 370), ankle=(610, 395),
    )  # fmt: skip
    body = body_after(plank)
    assert not body.leans_on_hands
    assert value(press(says=SAYS), body) == pytest.approx(1.0, abs=0.02)
    assert np.isfinite(value(unless_leaning_on_hands(lean(says=SAYS)), body))
