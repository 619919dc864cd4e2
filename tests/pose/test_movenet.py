"""MoveNet against Google's reference output, and its crops."""

import csv

import cv2
import numpy as np
import pytest

from hiitpi.camera.synthetic.animations import jumping_jack
from hiitpi.camera.synthetic.renderer import BodyRenderer
from hiitpi.pose.catalog import Catalog
from hiitpi.pose.keypoints import INDEX, Pose
from hiitpi.pose.movenet import MoveNet, crop_around, full_frame
from tests.conftest import engine, shared
from tests.support.stick_figure import CLOSED


@pytest.mark.slow
def test_google_reference(catalog: Catalog):
    """Each keypoint is within 0.04, Google's own tolerance, on its image, which is stretched."""
    with shared("models/golden/movenet_single_pose_lightning_ptq_reference.csv").open() as file:
        rows = list(csv.DictReader(file))
    image = cv2.imread(str(shared("models/golden/squat.bmp")))[..., ::-1]
    movenet = engine("movenet", catalog)
    assert isinstance(movenet, MoveNet)
    small = cv2.resize(np.ascontiguousarray(image), (192, 192))
    keypoints = movenet.keypoints(small)
    for row in rows:
        y, x, _ = keypoints[int(row["keypoint_id"])]
        assert x == pytest.approx(float(row["keypoint_x"]), abs=0.04)
        assert y == pytest.approx(float(row["keypoint_y"]), abs=0.04)


@pytest.mark.slow
def test_a_small_person_is_detected_better_in_a_crop(catalog: Catalog):
    """The person is a quarter of the image high; the first frame has no crop yet."""
    small = cv2.resize(BodyRenderer((640, 480))(jumping_jack(0.25, 1, 1)), (267, 200))
    image = np.full((480, 640, 3), 180, np.uint8)
    image[250:450, 200:467] = small
    movenet = engine("movenet", catalog)
    first = movenet.infer(image, 0.0)
    for i in range(1, 4):
        later = movenet.infer(image, i / 30)
    assert first is not None
    assert later is not None
    assert later.confidence > first.confidence


@pytest.mark.slow
def test_there_is_no_pose_in_an_empty_room(catalog: Catalog):
    assert engine("movenet", catalog).infer(np.full((480, 640, 3), 120, np.uint8), 0.0) is None


def test_the_full_frame_is_a_square_around_the_image():
    assert full_frame(640, 480) == (0, -80, 640)
    assert full_frame(480, 640) == (-80, 0, 640)


def test_the_crop_contains_the_person_and_a_margin():
    pose = CLOSED.pose(0.5, 320, 300)
    x, y, side = crop_around(pose, 640, 480)
    assert np.all(pose.xy > (x, y))
    assert np.all(pose.xy < (x + side, y + side))
    hips = pose.xy[[INDEX["left_hip"], INDEX["right_hip"]]].mean(0)
    assert hips == pytest.approx((x + side / 2, y + side / 2))
    assert side < 480


def test_without_a_visible_trunk_the_full_frame_is_used():
    pose = CLOSED.pose()
    hidden = Pose(pose.xy, np.full(17, 0.1, np.float32), 0.3)
    assert crop_around(hidden, 640, 480) == full_frame(640, 480)
