"""The tracker follows the athlete, not the person with the highest detection score."""

import numpy as np
import pytest

from hiitpi.camera.synthetic.animations import at_ease, jumping_jack
from hiitpi.camera.synthetic.renderer import BodyRenderer
from hiitpi.pose.catalog import Catalog
from hiitpi.pose.keypoints import Pose
from hiitpi.pose.tracker import LOST_AFTER_S, PersonTracker, box_of
from tests.conftest import engine
from tests.support.stick_figure import CLOSED, OPEN, between


@pytest.mark.parametrize("fps", [8, 15, 30, 60])
def test_a_moving_person_is_tracked_at_any_frame_rate(fps: int):
    """The person does a jumping jack and moves by two body lengths (400 px) per second."""
    tracker = PersonTracker()
    for i in range(2 * fps):
        pose = between(CLOSED, OPEN, abs(np.sin(3 * i / fps))).pose(x=200 + 400 * i / fps)
        assert tracker.accept(pose, i / fps) is pose


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(CLOSED.pose(x=900), id="elsewhere"),
        pytest.param(CLOSED.pose(scale=0.2), id="far behind"),
        pytest.param(CLOSED.pose(scale=4.0), id="close to the camera"),
    ],
)
def test_another_person_is_accepted_only_after_the_athlete_was_lost(other: Pose):
    for fps in (8, 30, 60):  # the timeout does not depend on the frame rate
        tracker = PersonTracker()
        tracker.accept(CLOSED.pose(), 0.0)
        times = [i / fps for i in range(1, fps)]
        accepted = next(time for time in times if tracker.accept(other, time) is other)
        assert accepted == pytest.approx(LOST_AFTER_S, abs=2.1 / fps)


@pytest.mark.parametrize("fps", [8, 30, 60])
def test_a_short_gap_does_not_lose_the_athlete(fps: int):
    tracker = PersonTracker()
    tracker.accept(CLOSED.pose(), 0.0)
    missed = [i / fps for i in range(1, fps) if i / fps < LOST_AFTER_S]
    for time in missed[:-1]:
        tracker.accept(None, time)
    assert tracker.accept(CLOSED.pose(x=1900), missed[-1]) is None
    assert tracker.accept(CLOSED.pose(), missed[-1]) is not None


def test_a_pose_with_too_few_keypoints_has_no_box():
    pose = CLOSED.pose()
    assert box_of(Pose(pose.xy, np.zeros(17, np.float32), 0.5)) is None


@pytest.mark.slow
@pytest.mark.parametrize("name", ["blazepose", "posenet", "movenet"])
def test_every_engine_keeps_tracking_when_a_second_person_appears(catalog: Catalog, name: str):
    """After four frames, a second person of the same size appears on the right."""
    render = BodyRenderer((640, 480))
    poses = [render(jumping_jack(i / 19, 1, 1)) for i in range(8)]
    other = render(at_ease(0.3))

    def scene(i: int, joined: bool) -> np.ndarray:
        left = poses[i % 8][:, 140:500]
        right = other[:, 140:500] if joined else np.repeat(left[:, -1:], 360, axis=1)
        return np.ascontiguousarray(np.hstack((left, right)))

    pose_engine = engine(name, catalog)
    for i in range(24):
        pose = pose_engine.infer(scene(i, joined=i >= 4), i / 30)
        assert pose is not None, i
        hips = pose.xy[[11, 12], 0].mean()
        assert hips < 360, i
