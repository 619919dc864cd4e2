import cv2
import numpy as np
import pytest

from hiitpi.pose.keypoints import INDEX, Pose
from hiitpi.video.encoder import jpeg
from hiitpi.video.overlay import BRIGHT, draw

IMAGE = np.zeros((240, 320, 3), np.uint8)


def pose() -> Pose:
    xy = np.full((17, 2), 20.0, np.float32)
    xy[INDEX["left_hip"]], xy[INDEX["left_knee"]] = (60, 80), (60, 160)
    score = np.zeros(17, np.float32)
    score[[INDEX["left_hip"], INDEX["left_knee"]]] = 1
    return Pose(xy, score, 1.0)


def test_the_frame_is_not_changed():
    before = IMAGE.copy()
    out = draw(IMAGE, pose(), frozenset(), mirror=False)
    assert np.array_equal(IMAGE, before)
    assert out.any()


@pytest.mark.parametrize(("mirror", "x"), [(False, 60), (True, 319 - 60)])
def test_bones_lie_where_the_joints_are(mirror: bool, x: int):
    out = draw(IMAGE, pose(), frozenset({"hip", "knee"}), mirror)
    assert tuple(out[120, x]) == BRIGHT
    assert not out[:, : x - 20].any()
    assert not out[:, x + 20 :].any()


def test_joints_of_the_workout_are_bright_and_others_faint():
    bright = draw(IMAGE, pose(), frozenset({"hip", "knee"}), mirror=False)
    faint = draw(IMAGE, pose(), frozenset({"elbow"}), mirror=False)
    assert (bright == BRIGHT).all(-1).any()
    assert not (faint == BRIGHT).all(-1).any()


def test_nobody_is_the_frame_alone():
    gradient = np.arange(320, dtype=np.uint16)[None, :, None] % 256 * np.ones((240, 1, 3))
    image = gradient.astype(np.uint8)
    assert np.array_equal(draw(image, None, frozenset(), mirror=False), image)
    assert np.array_equal(draw(image, None, frozenset(), mirror=True), image[:, ::-1])


def test_jpeg_keeps_colours():
    image = np.full((48, 64, 3), (200, 100, 30), np.uint8)
    back = cv2.imdecode(np.frombuffer(jpeg(image, 90), np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    assert np.abs(back.astype(int) - image).max() < 8
