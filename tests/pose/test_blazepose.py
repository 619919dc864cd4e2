"""BlazePose: anchors, crops and keypoints."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiitpi.camera.synthetic.animations import ANIMATIONS
from hiitpi.camera.synthetic.renderer import BodyRenderer
from hiitpi.pose.blazepose import LANDMARKS_PX, Region, anchors, crop_matrix, region
from hiitpi.pose.catalog import Catalog
from hiitpi.pose.keypoints import INDEX
from tests.conftest import engine


def test_anchors_are_those_of_the_detector():
    centres = anchors()
    assert centres.shape == (2254, 2)
    assert centres[0] == pytest.approx((0.5 / 28, 0.5 / 28))
    assert centres[-1] == pytest.approx((1 - 0.5 / 7, 1 - 0.5 / 7))
    assert np.all((centres > 0) & (centres < 1))


@given(
    x=st.floats(0, 1000), y=st.floats(0, 1000), radius=st.floats(5, 500), turn=st.floats(-3.1, 3.1)
)
def test_the_crop_is_rotated_with_the_body(x: float, y: float, radius: float, turn: float):
    """The crop has the middle of the body, and the direction "up" of the body."""
    rim = x + radius * math.sin(turn), y - radius * math.cos(turn)
    crop = region(np.array((x, y)), np.array(rim))
    assert crop.size == pytest.approx(2.5 * radius)
    matrix = crop_matrix(crop)
    middle = matrix @ (LANDMARKS_PX / 2, LANDMARKS_PX / 2, 1)
    up = matrix @ (LANDMARKS_PX / 2, LANDMARKS_PX / 2 - LANDMARKS_PX / 2.5, 1)
    assert middle == pytest.approx((x, y), abs=1e-3)
    assert up == pytest.approx(rim, abs=radius * 1e-3)


def test_region_upright():
    assert region(np.array((5.0, 9.0)), np.array((5.0, 4.0))) == Region(5.0, 9.0, 12.5, 0.0)


@pytest.mark.slow
def test_the_synthetic_athlete_is_located(catalog: Catalog):
    """Shoulders, knees and ankles are within 5 % of the height of the image."""
    render = BodyRenderer((640, 480))
    blazepose = engine("blazepose", catalog)
    for slug in ("jumping_jacks", "squat"):  # seen from the front, no joint hides another
        animation = ANIMATIONS[slug]
        blazepose.reset()
        for phase in (0.0, 0.25, 0.5, 0.75):
            body = animation.pose(phase, 1, 1)
            pose = blazepose.infer(render(body), phase)
            assert pose is not None
            assert pose.confidence > 0.9
            for name, joints in (
                ("shoulder", body.shoulders),
                ("knee", body.knees),
                ("ankle", body.ankles),
            ):
                for side, joint in zip(("left", "right"), joints, strict=True):
                    truth = render.lens(joint)[:2]
                    detected = pose.xy[INDEX[f"{side}_{name}"]]
                    assert math.dist(truth, detected) < 0.05 * 480, (name, side, phase)


@pytest.mark.slow
def test_there_is_no_pose_in_an_empty_room(catalog: Catalog):
    assert engine("blazepose", catalog).infer(np.full((480, 640, 3), 120, np.uint8), 0.0) is None
