"""The Raspberry Pi's ribbon-cable camera through picamera: the legacy camera stack.

picamera 1.13 is what Raspberry Pi OS up to Bullseye (legacy stack) has. Newer systems and the Pi 5
have picamera2 instead.
"""

from typing import Any

from hiitpi.camera.base import Camera, Image, run_all
from hiitpi.errors import CameraError
from hiitpi.settings import Settings

#: picamera's exposure compensation counts sixths of a stop, -25..25.
EXPOSURE_STEPS_PER_STOP = 6


class PiCamera(Camera):
    """Films with the ribbon-cable camera; each picture comes by `PiRGBAnalysis.analyze`."""

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


def stream_handler(camera: Any, take: Any) -> Any:
    """What `start_recording` writes to: a `PiRGBAnalysis` that hands each picture on at once.

    picamera slows down when `analyze` takes long, so nothing is done here: the array, uint8
    (H, W, 3) RGB and read-only, becomes the newest frame and the pose engine takes it when it is
    ready. What came in between is dropped.

    Args:
        camera: for its resolution; picamera pads what it writes to multiples of 32x16 and crops it.
        take: called with each array.
    """
    from picamera.array import PiRGBAnalysis

    class StreamHandler(PiRGBAnalysis):  # type: ignore[misc]
        def analyze(self, array: Image) -> None:
            take(array)

    return StreamHandler(camera)


def open_camera(name: str, settings: Settings) -> Camera:
    """The camera of the settings; see `hiitpi.camera.factory`."""
    return PiCamera(settings)


def _picamera() -> Any:
    try:
        import picamera
    except (ImportError, OSError) as error:  # OSError: the Pi's libraries are not here
        raise CameraError(
            f"picamera cannot be used here ({error}). It is for the legacy camera stack of a "
            "Raspberry Pi; newer systems have picamera2."
        ) from error
    return picamera
