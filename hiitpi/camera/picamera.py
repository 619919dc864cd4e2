"""The Raspberry Pi's ribbon-cable camera with picamera, for the legacy camera stack.

Raspberry Pi OS up to Bullseye (legacy stack) has picamera 1.13. Newer systems and the Pi 5 have
picamera2 instead.
"""

from typing import Any

from hiitpi.camera.base import Camera, Image, run_all
from hiitpi.errors import CameraError
from hiitpi.settings import Settings

#: picamera's exposure compensation is in sixths of a stop, -25..25.
EXPOSURE_STEPS_PER_STOP = 6


class PiCamera(Camera):
    """The ribbon-cable camera; picamera passes each frame to `PiRGBAnalysis.analyze`."""

    title = "Raspberry Pi camera (picamera)"

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._camera: Any = None

    def _open(self) -> None:
        module = _picamera()
        settings = self._settings
        try:
            self._camera = module.PiCamera(
                resolution=(settings.camera_width, settings.camera_height),
                framerate=settings.camera_fps,
            )
            self._camera.hflip = settings.camera_flip
            self._camera.zoom = settings.camera_zoom
            self._camera.exposure_compensation = round(
                settings.camera_exposure * EXPOSURE_STEPS_PER_STOP
            )
            handler = stream_handler(self._camera, self._deliver)
            self._camera.start_recording(handler, format="rgb")
        except module.PiCameraError as error:
            self._release()
            raise CameraError(
                f"The Raspberry Pi camera cannot be opened: {error}. Is its cable seated, and is "
                "the legacy camera enabled in raspi-config?"
            ) from error

    def _release(self) -> None:
        camera, self._camera = self._camera, None
        if camera is not None:
            run_all(camera.stop_recording, camera.close)


def stream_handler(camera: Any, on_frame: Any) -> Any:
    """Return the output for `start_recording`: a `PiRGBAnalysis` that forwards each frame.

    A slow `analyze` slows picamera down, so it does no work: the frame becomes the newest one, and
    the pose engine reads it when it is ready. Frames in between are dropped.

    Args:
        camera: the camera, for its resolution: picamera pads its output to multiples of 32x16, and
            `PiRGBAnalysis` crops it.
        on_frame: receives each frame, uint8 (H, W, 3) RGB, read-only.
    """
    from picamera.array import PiRGBAnalysis

    class StreamHandler(PiRGBAnalysis):  # type: ignore[misc]
        def analyze(self, array: Image) -> None:
            on_frame(array)

    return StreamHandler(camera)


def open_camera(name: str, settings: Settings) -> Camera:
    """Create the camera; see `hiitpi.camera.factory`."""
    return PiCamera(settings)


def _picamera() -> Any:
    try:
        import picamera
    except (ImportError, OSError) as error:  # OSError: the Pi's libraries are missing
        raise CameraError(
            f"picamera cannot be used on this system ({error}). It is for the legacy camera stack "
            "of a Raspberry Pi; newer systems have picamera2."
        ) from error
    return picamera
