"""Finds the camera that a setting names, or that this machine has."""

import logging

from hiitpi.camera.athlete import AthleteCamera
from hiitpi.camera.base import Camera
from hiitpi.camera.opencv import OpenCVCamera, usb_cameras
from hiitpi.errors import CameraError
from hiitpi.settings import Settings

log = logging.getLogger(__name__)


def open_camera(settings: Settings) -> Camera:
    """Start the camera that `settings.camera` names.

    "auto" is the first USB camera that opens, else the drawn athlete.

    Raises:
        CameraError: the camera named is not there or cannot be opened.
    """
    if settings.camera != "auto":
        return _start(settings.camera, settings)
    for device in usb_cameras():
        try:
            return _start(device, settings)
        except CameraError as error:
            log.info("Not %s: %s", device, error)
    log.info("No camera found: the drawn athlete steps in.")
    return _start("athlete", settings)


def _start(name: str, settings: Settings) -> Camera:
    size = (settings.camera_width, settings.camera_height)
    camera: Camera
    if name == "athlete":
        camera = AthleteCamera(size, settings.camera_fps, settings.athlete_pace)
    else:
        camera = OpenCVCamera(name, size, settings.camera_fps)
    camera.start()
    return camera
