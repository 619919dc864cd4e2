"""The Raspberry Pi's ribbon-cable camera through picamera2: Bookworm, Trixie, and the Pi 5.

picamera2 comes with the system (`apt install python3-picamera2`); a virtual environment must see
the system's packages for it.
"""

from typing import Any

from hiitpi.camera.base import Camera, Capture, PolledCamera, run_all
from hiitpi.errors import CameraError
from hiitpi.settings import Settings

#: libcamera names formats by the order of bits, NumPy by the order in memory: this one is R, G, B.
FORMAT = "BGR888"


class PiCamera2(PolledCamera):
    """Films with the ribbon-cable camera; one copy of each picture, out of the camera's buffer."""

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
                queue=False,  # the newest picture, not one that waited
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
        """The zoom, in pixels of the sensor."""
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
            # Of CLOCK_BOOTTIME, which is the monotonic clock on a machine that never sleeps.
            captured = nanoseconds / 1e9 if nanoseconds else None
            return Capture(image, time=captured)
        except RuntimeError as error:
            raise CameraError(f"The {self.title} gives no more pictures: {error}") from error

    def _release(self) -> None:
        camera, self._camera = self._camera, None
        if camera is not None:
            run_all(camera.stop, camera.close)


def open_camera(name: str, settings: Settings) -> Camera:
    """The camera of the settings; see `hiitpi.camera.factory`."""
    return PiCamera2(settings)


def _modules() -> tuple[Any, Any]:
    try:
        import libcamera
        import picamera2
    except (ImportError, OSError) as error:
        raise CameraError(
            f"picamera2 cannot be used here ({error}). On a Raspberry Pi: "
            "sudo apt-get install python3-picamera2"
        ) from error
    return picamera2, libcamera
