"""The video as other programs see it."""

import pytest

from hiitpi.camera.opencv import OpenCVCamera
from tests.browser.conftest import App

pytestmark = pytest.mark.slow


def test_one_hiit_pi_is_the_network_camera_of_another(app: App):
    camera = OpenCVCamera(f"{app.url}/videostream")
    camera.start()
    try:
        seq = 0
        while seq < 10:
            frame = camera.read(seq, 5)
            assert frame is not None
            assert frame.image.shape == (480, 640, 3)
            seq = frame.seq
    finally:
        camera.close()
