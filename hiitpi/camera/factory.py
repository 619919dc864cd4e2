"""Finds the camera that a setting names, or that this machine has.

A camera is a module of this folder with `open_camera(name, settings)`; its name is the module's.
Every other name is for OpenCV: a USB camera, a file, or a stream.
"""

import importlib
import logging
import pkgutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from hiitpi.camera.base import FIRST_FRAME_TIMEOUT_S, Camera
from hiitpi.camera.opencv import usb_cameras
from hiitpi.errors import CameraError
from hiitpi.settings import Settings

log = logging.getLogger(__name__)

FALLBACK_MODULE: Final = "opencv"


def camera_names() -> list[str]:
    """The names that have a module of their own."""
    folder = pkgutil.iter_modules([str(Path(__file__).parent)])
    return [
        m.name for m in folder if m.name not in ("base", "factory", "synthetic", FALLBACK_MODULE)
    ]


def open_camera(settings: Settings) -> Camera:
    """Start the camera that `settings.camera` names.

    "auto" tries picamera2, picamera, then each USB camera; if none opens, the synthetic athlete
    steps in. Why each was not taken is logged.

    Raises:
        CameraError: the camera named is not there or cannot be opened.
    """
    if settings.camera != "auto":
        return _start(settings.camera, settings)
    for name in _auto_candidates():
        try:
            camera = _start(name, settings)
            _require_frame(camera)
        except CameraError as error:
            log.info("Not %s: %s", name, error)
        else:
            log.info("Filming with the %s.", camera.title)
            return camera
    log.info("No camera found: the synthetic athlete steps in.")
    return _start("athlete", settings)


def _auto_candidates() -> Iterator[str]:
    yield from ("picamera2", "picamera")
    usb = usb_cameras()
    if not usb:
        log.info("Not a USB camera: there is no /dev/video*.")
    yield from usb


def _require_frame(camera: Camera) -> None:
    """Wait for a picture: on a Pi, codecs and the ISP have a /dev/video* too and open like cameras.

    Raises:
        CameraError: none came; the camera is closed again.
    """
    until = time.monotonic() + FIRST_FRAME_TIMEOUT_S
    try:
        while camera.read(0, 0.2) is None:
            if time.monotonic() > until:
                raise CameraError(
                    f"The {camera.title} returned no frames for {FIRST_FRAME_TIMEOUT_S:g} s."
                )
    except CameraError:
        camera.close()
        raise


def _start(name: str, settings: Settings) -> Camera:
    module = importlib.import_module(
        f"hiitpi.camera.{name if name in camera_names() else FALLBACK_MODULE}"
    )
    camera: Camera = module.open_camera(name, settings)
    camera.start()
    return camera
