"""The one who trains is followed, not whoever is brightest."""

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
def test_a_person_who_moves_is_followed_at_any_rate(fps: int):
    """Jumping jacks, once a second, and a dash of two body lengths (200 px each) a second."""
    follower = PersonTracker()
    for i in range(2 * fps):
        pose = between(CLOSED, OPEN, abs(np.sin(3 * i / fps))).pose(x=200 + 400 * i / fps)
        assert follower.accept(pose, i / fps) is pose


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(CLOSED.pose(x=900), id="elsewhere"),
        pytest.param(CLOSED.pose(scale=0.2), id="far behind"),
        pytest.param(CLOSED.pose(scale=4.0), id="right before the lens"),
    ],
)
def test_somebody_else_is_refused_until_the_athlete_has_been_away(other: Pose):
    for fps in (8, 30, 60):  # as long at any rate
        follower = PersonTracker()
        follower.accept(CLOSED.pose(), 0.0)
        times = [i / fps for i in range(1, fps)]
        taken = next(time for time in times if follower.accept(other, time) is other)
        assert taken == pytest.approx(LOST_AFTER_S, abs=2.1 / fps)


@pytest.mark.parametrize("fps", [8, 30, 60])
def test_a_moment_of_nobody_does_not_lose_the_athlete(fps: int):
    follower = PersonTracker()
    follower.accept(CLOSED.pose(), 0.0)
    missed = [i / fps for i in range(1, fps) if i / fps < LOST_AFTER_S]
    for time in missed[:-1]:
        follower.accept(None, time)
    assert follower.accept(CLOSED.pose(x=1900), missed[-1]) is None
    assert follower.accept(CLOSED.pose(), missed[-1]) is not None


def test_too_few_keypoints_are_nobody():
    pose = CLOSED.pose()
    assert box_of(Pose(pose.xy, np.zeros(17, np.float32), 0.5)) is None


@pytest.mark.slow
@pytest.mark.parametrize("name", ["blazepose", "posenet", "movenet"])
def test_every_engine_stays_with_the_athlete_when_a_second_person_comes(
    catalog: Catalog, name: str
):
    """The athlete on the left is joined by somebody as large on the right, then is alone again."""
    painter = BodyRenderer((640, 480))
    poses = [painter(jumping_jack(i / 19, 1, 1)) for i in range(8)]
    other = painter(at_ease(0.3))

    def scene(i: int, joined: bool) -> np.ndarray:
        left = poses[i % 8][:, 140:500]
        right = other[:, 140:500] if joined else np.repeat(left[:, -1:], 360, axis=1)
        return np.ascontiguousarray(np.hstack((left, right)))

    follows = engine(name, catalog)
    for i in range(24):
        pose = follows.infer(scene(i, joined=i >= 4), i / 30)
        assert pose is not None, i
        hips = pose.xy[[11, 12], 0].mean()
        assert hips < 360, i
