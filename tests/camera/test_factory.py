"""The choice of a camera by name, or automatically."""

import logging

import pytest

from hiitpi.camera import factory
from hiitpi.camera.factory import camera_names, open_camera
from hiitpi.camera.synthetic.camera import AthleteCamera
from hiitpi.errors import CameraError
from hiitpi.settings import Settings


def test_the_names_of_the_cameras():
    assert camera_names() == ["athlete", "picamera", "picamera2"]


def test_auto_logs_why_each_camera_was_not_used(caplog: pytest.LogCaptureFixture, monkeypatch):
    monkeypatch.setattr(factory, "usb_cameras", lambda: ["/dev/video98", "/dev/video99"])
    with caplog.at_level(logging.INFO):
        camera = open_camera(Settings(camera_width=160, camera_height=120))
    camera.close()
    assert isinstance(camera, AthleteCamera)
    steps = [record.message for record in caplog.records if record.name.endswith("factory")]
    assert [step.split(":")[0] for step in steps] == [
        "Not picamera2",
        "Not picamera",
        "Not /dev/video98",
        "Not /dev/video99",
        "No camera found",
    ]


def test_a_camera_chosen_by_name_has_no_fallback():
    with pytest.raises(CameraError, match="video99"):
        open_camera(Settings(camera="/dev/video99"))
