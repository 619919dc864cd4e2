"""The Raspberry Pi's ribbon-cable camera with picamera2: Bookworm, Trixie, and the Pi 5.

picamera2 is a system package (`apt install python3-picamera2`); the virtual environment must have
access to the system's packages.
"""

from typing import Any

from hiitpi.camera.base import Camera, Capture, PolledCamera, run_all
from hiitpi.errors import CameraError
from hiitpi.settings import Settings

#: R, G, B in memory: libcamera names pixel formats by bit order, which is the reverse.
FORMAT = "BGR888"


class PiCamera2(PolledCamera):
    """The ribbon-cable camera; each frame is copied once, out of the camera's buffer."""

    title = "Raspberry Pi camera (picamera2)"

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._camera: Any = None

    def _open(self) -> None:
        picamera2, libcamera = _modules()
        settings = self._settings
        if not picamera2.Picamera2.global_camera_info():
            raise CameraError("No camera on the Raspberry Pi's ribbon cable.")
        try:
            self._camera = picamera2.Picamera2()
            config = self._camera.create_video_configuration(
                main={"size": (settings.camera_width, settings.camera_height), "format": FORMAT},
                transform=libcamera.Transform(hflip=settings.camera_flip),
                controls={
                    "FrameRate": settings.camera_fps,
                    "ExposureValue": settings.camera_exposure,
                },
                queue=False,  # return the newest frame, not a queued one
            )
            self._camera.configure(config)
            if settings.camera_zoom != (0.0, 0.0, 1.0, 1.0):
                self._camera.set_controls({"ScalerCrop": self._crop()})
            self._camera.start()
        except (RuntimeError, IndexError, OSError) as error:
            self._release()
            raise CameraError(
                f"The Raspberry Pi camera cannot be opened: {error}. Is another program using it?"
            ) from error

    def _crop(self) -> tuple[int, int, int, int]:
        """Return the zoom as a rectangle in sensor pixels: x, y, width, height."""
        width, height = self._camera.camera_properties["PixelArraySize"]
        x, y, w, h = self._settings.camera_zoom
        return round(x * width), round(y * height), round(w * width), round(h * height)

    def _grab(self) -> Capture:
        try:
            request = self._camera.capture_request()
            try:
                image = request.make_array("main")  # a copy
                nanoseconds = request.get_metadata().get("SensorTimestamp")
            finally:
                request.release()
            # From CLOCK_BOOTTIME, which equals CLOCK_MONOTONIC on a machine that never suspends.
            captured = nanoseconds / 1e9 if nanoseconds else None
            return Capture(image, time=captured)
        except RuntimeError as error:
            raise CameraError(f"The {self.title} stopped returning frames: {error}") from error

    def _release(self) -> None:
        camera, self._camera = self._camera, None
        if camera is not None:
            run_all(camera.stop, camera.close)


def open_camera(name: str, settings: Settings) -> Camera:
    """Create the camera; see `hiitpi.camera.factory`."""
    return PiCamera2(settings)


def _modules() -> tuple[Any, Any]:
    try:
        import libcamera
        import picamera2
    except (ImportError, OSError) as error:
        raise CameraError(
            f"picamera2 cannot be used on this system ({error}). On a Raspberry Pi, type: "
            "sudo apt-get install python3-picamera2"
        ) from error
    return picamera2, libcamera
