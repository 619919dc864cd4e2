"""Cameras and recordings read with OpenCV: USB cameras, video files and network streams."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2

from hiitpi.camera.base import Camera, Capture, Clock, Image, Metronome, PolledCamera
from hiitpi.errors import CameraError
from hiitpi.settings import Settings
from hiitpi.system.urls import without_password

# Our own errors give the reasons; OPENCV_LOG_LEVEL would have to be set before the import.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

#: Timeouts of 5 s for a network camera; short, because the pipeline is blocked meanwhile.
STREAM_OPTIONS = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, 5000, cv2.CAP_PROP_READ_TIMEOUT_MSEC, 5000]


class OpenCVCamera(PolledCamera):
    """A USB camera ("0", "/dev/video0"), a stream ("rtsp://...", "http://...") or a video file.

    Args:
        source: device, URL or path.
        size: width and height to request from a camera, pixels; it may choose others.
        rate: frames per second to request from a camera.
        loop: whether to restart a file at its end.
        realtime: whether to play a file at its frame rate, or else as fast as it can be decoded.
        clock: returns monotonic seconds.
    """

    def __init__(
        self,
        source: str,
        size: tuple[int, int] = (640, 480),
        rate: float = 30.0,
        loop: bool = True,
        realtime: bool = True,
        clock: Clock = time.monotonic,
    ) -> None:
        super().__init__(clock)
        self._source, self._size, self._rate = source, size, rate
        self._loop, self._realtime = loop, realtime
        self._is_file = Path(source).is_file()
        self._capture_device: cv2.VideoCapture | None = None
        self._metronome: Metronome | None = None
        masked = without_password(source)
        self.title = f"recording {Path(source).name}" if self._is_file else f"camera {masked}"

    def _open(self) -> None:
        device = _open_capture(self._source)
        if self._is_file and self._realtime:
            rate = device.get(cv2.CAP_PROP_FPS) or self._rate
            self._metronome = Metronome(rate, self._clock, self._stop.wait)
        elif not self._is_file:
            device.set(cv2.CAP_PROP_FRAME_WIDTH, self._size[0])
            device.set(cv2.CAP_PROP_FRAME_HEIGHT, self._size[1])
            device.set(cv2.CAP_PROP_FPS, self._rate)
            device.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        self._capture_device = device

    def _grab(self) -> Capture | None:
        assert self._capture_device is not None
        if self._metronome:
            self._metronome.tick()
        ok, image = self._capture_device.read()
        if not ok and self._is_file and not self._loop:
            return None
        if not ok and self._is_file:
            self._capture_device.set(cv2.CAP_PROP_POS_FRAMES, 0)
            ok, image = self._capture_device.read()
        if not ok:
            raise CameraError(
                f"The {self.title} stopped returning frames. Is it unplugged, or in use by another "
                "app?"
            )
        return Capture(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), time=self._capture_time())

    def _capture_time(self) -> float | None:
        """Return V4L2's time stamp of the frame, monotonic seconds; None for other backends."""
        device = self._capture_device
        if self._is_file or device is None or device.getBackendName() != "V4L2":
            return None
        milliseconds = device.get(cv2.CAP_PROP_POS_MSEC)
        return milliseconds / 1000 if milliseconds > 0 else None

    def _release(self) -> None:
        if self._capture_device:
            self._capture_device.release()
            self._capture_device = None


@dataclass(frozen=True, slots=True)
class VideoFrame:
    """One frame of a video file.

    Attributes:
        image: uint8 (H, W, 3) RGB.
        time: seconds since the start of the video.
        progress: 0..1 of the video; 0 if its length is unknown.
    """

    image: Image
    time: float
    progress: float


def read_video(path: Path) -> Iterator[VideoFrame]:
    """Yield every frame of a video file, as fast as it can be decoded.

    Raises:
        CameraError: the file does not exist, is not a video, or has no readable frame.
    """
    device = _open_capture(str(path))
    try:
        rate = device.get(cv2.CAP_PROP_FPS) or 30.0
        count = max(device.get(cv2.CAP_PROP_FRAME_COUNT), 0.0)
        number, last = 0, -1.0
        while True:
            ok, image = device.read()
            if not ok:
                break
            timestamp = device.get(cv2.CAP_PROP_POS_MSEC) / 1000
            # Some containers have no time stamps, and some repeat them.
            now = timestamp if timestamp > last or number == 0 else last + 1 / rate
            yield VideoFrame(
                cv2.cvtColor(image, cv2.COLOR_BGR2RGB),
                now,
                min(1.0, number / count) if count else 0.0,
            )
            number, last = number + 1, now
    finally:
        device.release()
    if number == 0:
        raise CameraError(f"{path} has no readable frame.")


def video_format(path: Path) -> tuple[float, tuple[int, int]]:
    """Return the format of a video file.

    Returns:
        Frames per second, 30 if the file does not specify them; and (width, height) in pixels.

    Raises:
        CameraError: the file does not exist or is not a video.
    """
    device = _open_capture(str(path))
    rate = float(device.get(cv2.CAP_PROP_FPS)) or 30.0
    width, height = (device.get(p) for p in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
    device.release()
    return rate, (int(width), int(height))


def open_camera(source: str, settings: Settings) -> Camera:
    """Create the camera; see `hiitpi.camera.factory`."""
    size = settings.camera_width, settings.camera_height
    return OpenCVCamera(
        source, size, settings.camera_fps, settings.camera_loop, settings.camera_realtime
    )


def usb_cameras() -> list[str]:
    """Return the video devices of this machine, /dev/video*, in numerical order."""
    devices = [str(device) for device in Path("/dev").glob("video[0-9]*")]
    return sorted(devices, key=lambda device: int("".join(filter(str.isdecimal, device)) or 0))


def _open_capture(source: str) -> cv2.VideoCapture:
    if not source.isdigit() and "://" not in source and not Path(source).exists():
        raise CameraError(f"No camera and no video file {without_password(source)!r}.")
    if "://" in source:
        device = cv2.VideoCapture(source, cv2.CAP_FFMPEG, STREAM_OPTIONS)
    else:
        device = cv2.VideoCapture(int(source) if source.isdigit() else source)
    if not device.isOpened():
        device.release()
        is_device = source.isdigit() or source.startswith("/dev/") or "://" in source
        kind, hint = (
            ("camera", "Is it plugged in, and not in use by another app?")
            if is_device
            else ("video file", "Is it a video?")
        )
        raise CameraError(f"The {kind} {without_password(source)!r} cannot be opened. {hint}")
    return device
