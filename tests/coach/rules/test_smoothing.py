"""Smoothing of keypoints: outliers, gaps, delay and visibility."""

import numpy as np
import pytest

from hiitpi.coach.rules.smoothing import Smoother
from hiitpi.pose.keypoints import SEEN, Pose
from tests.support.stick_figure import CLOSED


def at(x: float, score: float = 0.9) -> Pose:
    """Return a pose with all keypoints at (x, x)."""
    return Pose(np.full((17, 2), x, np.float32), np.full(17, score, np.float32), score)


def smooth(smoother: Smoother, pose: Pose, time: float) -> np.ndarray:
    """Return the smoothed keypoints: (17, 3) x, y, score."""
    return np.array(smoother.update(pose, time))


@pytest.mark.parametrize("fps", [8, 15, 30, 60])
def test_a_single_outlier_is_removed(fps: int):
    smoother = Smoother()
    for i in range(10):
        out = smooth(smoother, at(500.0 if i == 7 else 10.0), i / fps)
        assert np.all(out[:, :2] == 10)


def test_a_keypoint_missing_for_a_frame_is_filled_in():
    smoother = Smoother()
    for i in range(5):
        smooth(smoother, at(10.0), i / 30)
    out = smooth(smoother, at(900.0, SEEN / 2), 5 / 30)
    assert np.all(out[:, :2] == 10)


def test_a_keypoint_missing_for_long_is_invisible():
    smoother = Smoother()
    for i in range(12):
        out = smooth(smoother, at(10.0, 0.9 if i < 5 else SEEN / 2), i / 30)
    assert np.isnan(out[:, :2]).all()
    assert np.all(out[:, 2] == 0)


def test_the_delay_does_not_depend_on_the_frame_rate():
    delays = []
    for fps in (20, 60):
        smoother, step = Smoother(), 0.5
        for i in range(2 * fps):
            time = i / fps
            out = smooth(smoother, at(100.0 if time >= step else 0.0), time)
            if out[0, 0] == 100:
                delays.append(time - step)
                break
    assert delays == pytest.approx([0.04, 0.04], abs=0.025)


def test_at_a_low_rate_it_does_not_lag_but_still_removes_outliers():
    """At 8 frames/s a median of three is a quarter of a second late: too late for a knee lift."""
    smoother = Smoother()
    for frame in range(8):
        joints = smooth(smoother, CLOSED.pose(x=300 + 10 * frame), frame / 8)
    assert joints[0, 0] == pytest.approx(CLOSED.pose(x=370).xy[0, 0])
    outlier = CLOSED.pose(x=380)
    outlier.xy[9] += (150, -150)
    joints = smooth(smoother, outlier, 1.0)
    assert joints[9, 0] == pytest.approx(CLOSED.pose(x=370).xy[9, 0])
    assert joints[0, 0] == pytest.approx(CLOSED.pose(x=380).xy[0, 0])


def upright(x: float, score: float = 0.9) -> Pose:
    """Return a pose of size 100: all keypoints at x, above one another."""
    xy = np.array([(x, y) for y in np.linspace(0, 100, 17)], np.float32)
    return Pose(xy, np.full(17, score, np.float32), score)


@pytest.mark.parametrize(
    ("interval", "positions"),
    [
        (0.025, [10, 30, 50]),  # four frames within 0.08 s
        (0.04, [10, 50, 50]),  # three
        (0.17, [10, 50, 50]),  # three, in 0.34 s
        (0.18, [30, 50, 50]),  # two: three would take more than 0.35 s
    ],
)
def test_the_window_has_three_frames_or_more(interval: float, positions: list[float]):
    """All keypoints move from 10 to 50 between two frames."""
    smoother = Smoother()
    for frame in range(8):
        smooth(smoother, at(10), frame * interval)
    moved = [smooth(smoother, at(50), frame * interval)[0, 0] for frame in range(8, 11)]
    assert moved == positions


def test_scores_are_the_upper_median():
    smoother = Smoother()
    for frame, score in enumerate((0.9, 0.3, 0.5)):
        joints = smooth(smoother, at(10, score), frame / 32)
    assert joints[0, 2] == pytest.approx(0.5)
    # The invisible keypoint counts as well.
    assert smooth(smoother, at(10, 0.1), 3 / 32)[0, 2] == pytest.approx(0.3)


@pytest.mark.parametrize(("score", "visible"), [(0.25, True), (0.24, False)])
def test_keypoints_below_the_minimum_score_are_invisible(score: float, visible: bool):
    joints = smooth(Smoother(min_score=0.25), at(10, score), 0.0)
    assert np.isnan(joints[:, 0]).all() != visible
    assert np.all((joints[:, 2] > 0) == visible)


def test_a_keypoint_visible_in_half_of_the_window_is_visible():
    smoother = Smoother()
    smooth(smoother, at(10), 0.0)
    assert smooth(smoother, at(10, 0.1), 1 / 32)[0, 0] == 10
    assert np.isnan(smooth(smoother, at(10, 0.1), 2 / 32)[0, 0])


@pytest.mark.parametrize(("distance", "caught_up"), [(19, True), (21, False)])
def test_at_a_low_rate_a_jump_by_a_fifth_of_the_body_is_an_outlier(
    distance: float, caught_up: bool
):
    smoother = Smoother()
    for frame in range(3):
        smooth(smoother, upright(300), frame / 8)
    pose = upright(300)
    pose.xy[3, 0] += distance
    assert (smooth(smoother, pose, 3 / 8)[3, 0] == 300 + distance) == caught_up


def test_clear_drops_the_window():
    smoother = Smoother()
    for frame in range(3):
        smooth(smoother, at(10), frame / 30)
    smoother.clear()
    assert smooth(smoother, at(90), 0.1)[0, 0] == 90
