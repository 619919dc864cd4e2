"""Opens the camera named in the settings, or detects one.

A camera is a module of this package with a function `open_camera(name, settings)`; the camera has
the name of the module. All other names are passed to OpenCV: a USB camera, a file or a stream.
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
    """Return the names of the cameras that have their own module."""
    modules = pkgutil.iter_modules([str(Path(__file__).parent)])
    return [
        m.name for m in modules if m.name not in ("base", "factory", "synthetic", FALLBACK_MODULE)
    ]


def open_camera(settings: Settings) -> Camera:
    """Start the camera named by `settings.camera`.

    "auto" tries picamera2, picamera, then each USB camera, and falls back to the synthetic athlete.
    The reason why a camera was not used is logged.

    Raises:
        CameraError: the named camera does not exist or cannot be opened.
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
            log.info("Using the %s.", camera.title)
            return camera
    log.info("No camera found: using the synthetic athlete.")
    return _start("athlete", settings)


def _auto_candidates() -> Iterator[str]:
    yield from ("picamera2", "picamera")
    usb = usb_cameras()
    if not usb:
        log.info("Not a USB camera: there is no /dev/video*.")
    yield from usb


def _require_frame(camera: Camera) -> None:
    """Wait for the first frame of a camera, to rule out devices that only look like one.

    On a Pi, codecs and the ISP have a /dev/video* as well and can be opened like cameras.

    Raises:
        CameraError: no frame arrived; the camera has been closed.
    """
    deadline = time.monotonic() + FIRST_FRAME_TIMEOUT_S
    try:
        while camera.read(0, 0.2) is None:
            if time.monotonic() > deadline:
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
    camera.rotation = settings.camera_rotate
    camera.start()
    return camera
