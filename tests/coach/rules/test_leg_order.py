"""Legs that a pose model confuses."""

import math

import pytest

from hiitpi.coach.rules.leg_order import (
    MAX_EXCHANGED_S,
    MAX_INTERVAL_S,
    MIN_AGREEING_FRAMES,
    LegOrder,
)
from hiitpi.pose.keypoints import INDEX, Keypoint, Pose
from tests.support.ideal_athlete import judged, performance, swapped

LEGS = ("knee", "ankle")


def keypoints_of(pose: Pose) -> list[Keypoint]:
    return [(x, y, 0.9) for x, y in pose.xy.tolist()]


def corrected(slug: str, wrong: set[int], fps: float = 30) -> list[bool]:
    """Confuse the legs in some frames; return for each frame whether they are right after it."""
    order = LegOrder()
    right = []
    for frame, (time, pose, _) in enumerate(performance(slug, 4, fps)):
        seen = swapped(pose, *LEGS) if frame in wrong else pose
        right.append(order.update(keypoints_of(seen), time) == keypoints_of(pose))
    return right


@pytest.mark.parametrize("slug", ["mountain_climber", "lunge", "high_knees", "squat"])
def test_legs_that_are_not_confused_stay_as_they_are(slug: str):
    assert all(corrected(slug, set()))


def test_confused_legs_are_corrected_where_they_are_apart():
    apart = {
        frame
        for frame, (_, pose, _) in enumerate(performance("mountain_climber", 4))
        if abs(pose.xy[INDEX["left_ankle"], 0] - pose.xy[INDEX["right_ankle"], 0]) > 60
    }
    wrong = {frame for frame in apart if frame % 4 == 0 and frame > 0}
    assert len(wrong) > 8
    assert all(corrected("mountain_climber", wrong))


def test_mountain_climbers_are_counted_although_the_legs_are_confused():
    def confuse(pose: Pose, frame: int) -> Pose:
        return swapped(pose, *LEGS) if frame % 7 in (3, 4) else pose

    coach, truth = judged("mountain_climber", 20, change=confuse)
    assert abs(coach.reps - truth) <= 1


def test_a_slow_camera_does_not_tell_where_a_leg_is_expected():
    fps = 0.9 / MAX_INTERVAL_S
    wrong = set(range(20, 24))
    right = corrected("mountain_climber", wrong, fps)
    assert [frame for frame, is_right in enumerate(right) if not is_right] == sorted(wrong)


def test_legs_that_are_not_visible_are_left_alone():
    order = LegOrder()
    _, pose, _ = next(performance("squat", 1))
    keypoints = keypoints_of(pose)
    keypoints[INDEX["left_knee"]] = (math.nan, math.nan, 0.1)
    assert order.update(keypoints, 0.0) is keypoints


def test_after_clear_the_legs_are_anybodys():
    order = LegOrder()
    (_, first, _), *_, (_, last, _) = performance("lunge", 3)
    order.update(keypoints_of(first), 0.0)
    order.clear()
    seen = keypoints_of(swapped(last, *LEGS))
    assert order.update(seen, 0.01) is seen


@pytest.mark.parametrize("frames", [1, 2, 5, 60])
def test_a_model_that_was_wrong_at_first_is_believed_soon(frames: int):
    right = corrected("mountain_climber", set(range(frames)))
    believed_after = frames + 30 * MAX_EXCHANGED_S + 1 if frames >= MIN_AGREEING_FRAMES else frames
    assert all(right[int(believed_after) :])
