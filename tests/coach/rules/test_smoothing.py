import numpy as np
import pytest

from hiitpi.coach.rules.smoothing import Smoother
from hiitpi.pose.keypoints import SEEN, Pose
from tests.support.stick_figure import CLOSED


def at(x: float, score: float = 0.9) -> Pose:
    return Pose(np.full((17, 2), x, np.float32), np.full(17, score, np.float32), score)


def smooth(smoother: Smoother, pose: Pose, time: float) -> np.ndarray:
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
