"""Cameras and recordings that OpenCV can read: USB cameras, video files, network streams."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2

from hiitpi.camera.base import Camera, Capture, Clock, Image, Metronome, PolledCamera
from hiitpi.errors import CameraError
from hiitpi.settings import Settings
from hiitpi.system.urls import without_password

# Its reasons are in our own errors; OPENCV_LOG_LEVEL would have to be set before the import.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

#: A network camera that does not answer is given up after 5 s: the trainer waits meanwhile.
STREAM_TIMEOUTS = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, 5000, cv2.CAP_PROP_READ_TIMEOUT_MSEC, 5000]


class OpenCVCamera(PolledCamera):
    """A USB camera ("0", "/dev/video0"), a stream ("rtsp://...", "http://...") or a video file.

    Args:
        source: what to open.
        size: width and height to ask a camera for; it may give others.
        rate: pictures a second to ask a camera for.
        loop: whether a file begins anew at its end.
        realtime: whether a file plays at its own pace, or as fast as it can be read.
        clock: monotonic seconds.
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
        self._file = Path(source).is_file()
        self._capture_device: cv2.VideoCapture | None = None
        self._beat: Metronome | None = None
        shown = without_password(source)
        self.title = f"recording {Path(source).name}" if self._file else f"camera {shown}"

    def _open(self) -> None:
        device = _open_capture(self._source)
        if self._file and self._realtime:
            rate = device.get(cv2.CAP_PROP_FPS) or self._rate
            self._beat = Metronome(rate, self._clock, self._stop.wait)
        elif not self._file:
            device.set(cv2.CAP_PROP_FRAME_WIDTH, self._size[0])
            device.set(cv2.CAP_PROP_FRAME_HEIGHT, self._size[1])
            device.set(cv2.CAP_PROP_FPS, self._rate)
            device.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        self._capture_device = device

    def _grab(self) -> Capture | None:
        assert self._capture_device is not None
        if self._beat:
            self._beat.tick()
        good, image = self._capture_device.read()
        if not good and self._file and not self._loop:
            return None
        if not good and self._file:
            self._capture_device.set(cv2.CAP_PROP_POS_FRAMES, 0)
            good, image = self._capture_device.read()
        if not good:
            raise CameraError(
                f"The {self.title} gives no more pictures. Is it unplugged, or used by another app?"
            )
        return Capture(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), time=self._captured())

    def _captured(self) -> float | None:
        """When V4L2 took the picture: its buffers carry the time of the monotonic clock."""
        device = self._capture_device
        if self._file or device is None or device.getBackendName() != "V4L2":
            return None
        milliseconds = device.get(cv2.CAP_PROP_POS_MSEC)
        return milliseconds / 1000 if milliseconds > 0 else None

    def _release(self) -> None:
        if self._capture_device:
            self._capture_device.release()
            self._capture_device = None


@dataclass(frozen=True, slots=True)
class VideoFrame:
    """One picture of a recording.

    Attributes:
        image: uint8 (H, W, 3) RGB.
        time: seconds since the recording's start.
        progress: 0..1 of the recording; 0 when its length is not known.
    """

    image: Image
    time: float
    progress: float


def read_video(path: Path) -> Iterator[VideoFrame]:
    """Every picture of a video file, as fast as it can be read.

    Raises:
        CameraError: it is not there, or not a video.
    """
    device = _open_capture(str(path))
    try:
        rate = device.get(cv2.CAP_PROP_FPS) or 30.0
        count = max(device.get(cv2.CAP_PROP_FRAME_COUNT), 0.0)
        number, last = 0, -1.0
        while True:
            good, image = device.read()
            if not good:
                break
            stamp = device.get(cv2.CAP_PROP_POS_MSEC) / 1000
            # Some containers carry no time stamps, and some repeat them.
            now = stamp if stamp > last or number == 0 else last + 1 / rate
            yield VideoFrame(
                cv2.cvtColor(image, cv2.COLOR_BGR2RGB),
                now,
                min(1.0, number / count) if count else 0.0,
            )
            number, last = number + 1, now
    finally:
        device.release()
    if number == 0:
        raise CameraError(f"{path} has no picture that can be read.")


def frame_rate(path: Path) -> float:
    """Pictures a second of a video file; 30 where it does not say.

    Raises:
        CameraError: it is not there, or not a video.
    """
    device = _open_capture(str(path))
    rate = float(device.get(cv2.CAP_PROP_FPS)) or 30.0
    device.release()
    return rate


def open_camera(source: str, settings: Settings) -> Camera:
    """The camera of the settings; see `hiitpi.camera.factory`."""
    size = settings.camera_width, settings.camera_height
    return OpenCVCamera(
        source, size, settings.camera_fps, settings.camera_loop, settings.camera_realtime
    )


def usb_cameras() -> list[str]:
    """The video devices of this machine, first one first."""
    devices = [str(device) for device in Path("/dev").glob("video[0-9]*")]
    return sorted(devices, key=lambda device: int("".join(filter(str.isdecimal, device)) or 0))


def _open_capture(source: str) -> cv2.VideoCapture:
    if not source.isdigit() and "://" not in source and not Path(source).exists():
        raise CameraError(f"No camera and no video file {without_password(source)!r}.")
    if "://" in source:
        device = cv2.VideoCapture(source, cv2.CAP_FFMPEG, STREAM_TIMEOUTS)
    else:
        device = cv2.VideoCapture(int(source) if source.isdigit() else source)
    if not device.isOpened():
        device.release()
        device_like = source.isdigit() or source.startswith("/dev/") or "://" in source
        what = "camera" if device_like else "video file"
        raise CameraError(
            f"The {what} {without_password(source)!r} cannot be opened. "
            + ("Is it a video?" if what == "video file" else "Is it plugged in, and free?")
        )
    return device
