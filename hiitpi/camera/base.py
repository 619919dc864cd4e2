"""The camera interface: every camera keeps its newest frame and hands that to its reader."""

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from hiitpi.errors import CameraError
from hiitpi.settings import Rotation

log = logging.getLogger(__name__)

Image = NDArray[np.uint8]
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a camera.

    Attributes:
        image: uint8 (H, W, 3) RGB; treat it as read-only.
        seq: sequence number: 1 for the first frame of the camera, then counting up.
        time: monotonic seconds at capture.
        truth: repetitions that the synthetic athlete has completed; None for a real camera.
    """

    image: Image
    seq: int
    time: float
    truth: int | None = None


class Capture(NamedTuple):
    """The result of polling a camera.

    Attributes:
        image: uint8 (H, W, 3) RGB.
        truth: repetitions that the synthetic athlete has completed; None for a real camera.
        time: monotonic seconds at capture; None if the driver has no time stamps.
    """

    image: Image
    truth: int | None = None
    time: float | None = None


#: A driver's time stamp that is older than this (seconds) must come from another clock.
MAX_DELIVERY_DELAY_S: Final = 1.0

#: Seconds without a frame after which a camera counts as frozen; the first frame may take longer.
FROZEN_AFTER_S: Final = 2.0
FIRST_FRAME_TIMEOUT_S: Final = 6.0


_ROTATE_CODES: Final = {
    90: cv2.ROTATE_90_CLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}


class Camera(ABC):
    """Base class of all cameras; keeps only the newest frame.

    A slow reader skips frames; it never blocks the camera and never gets a stale frame. A subclass
    calls `_deliver` for each frame, from any thread.

    Args:
        clock: returns monotonic seconds.
    """

    #: Name of the camera on the pages and in messages.
    title: str
    #: Whether this is the synthetic athlete instead of a real camera.
    synthetic = False
    #: Degrees clockwise by which each frame is turned, for a camera that is mounted on its side.
    rotation: Rotation = 0

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._newest: Frame | None = None
        self._error: CameraError | None = None
        self._ended = False
        self._new_frame = threading.Condition()
        self._started = 0.0

    def start(self) -> None:
        """Open the camera and start capturing.

        Raises:
            CameraError: it cannot be opened.
        """
        self._open()
        self._started = self._clock()

    def read(self, after: int, timeout: float) -> Frame | None:
        """Wait for a frame that is newer than the last one read.

        Args:
            after: sequence number of the last frame read; 0 for none.
            timeout: seconds.

        Returns:
            The newest frame, whose `seq` is greater than `after`; None after the timeout.

        Raises:
            CameraError: the camera is frozen or has failed.
        """
        with self._new_frame:
            self._new_frame.wait_for(
                lambda: self._error or (self._newest and self._newest.seq > after), timeout
            )
            if self._error:
                raise self._error
            frame = self._newest
        if frame and frame.seq > after:
            return _rotated(frame, self.rotation)
        last_activity, frame_timeout = (
            (frame.time, FROZEN_AFTER_S) if frame else (self._started, FIRST_FRAME_TIMEOUT_S)
        )
        if not self._ended and self._clock() - last_activity > frame_timeout:
            raise CameraError(
                f"The {self.title} is frozen: no frame for {frame_timeout:g} s. Check its cable."
            )
        return None

    def perform(self, workout: str | None) -> None:
        """Cue the synthetic athlete to start a workout; no-op for real cameras.

        A person sees the cue on the page. The synthetic athlete starts over from standing.

        Args:
            workout: slug of the workout; None to stand at ease.
        """
        return

    def prepare(self, workout: str) -> None:
        """Cue the synthetic athlete to take the starting position; no-op for real cameras.

        A person sees the cue on the page.

        Args:
            workout: slug of the next workout.
        """
        return

    def close(self) -> None:
        """Stop capturing and release the device; safe in any state, and idempotent."""
        self._release()

    def _deliver(
        self, image: Image, truth: int | None = None, captured: float | None = None
    ) -> None:
        """Store a new frame and wake the reader.

        Args:
            image: uint8 (H, W, 3) RGB.
            truth: see `Frame`.
            captured: the driver's time stamp, monotonic seconds. If it is missing or from another
                clock, the time of delivery is used, which jitters with the load of the machine.
        """
        if not _is_rgb_image(image):
            self._fail(CameraError(f"The {self.title} returns invalid frames."))
            return
        with self._new_frame:
            seq = self._newest.seq + 1 if self._newest else 1
            now = self._clock()
            if captured is None or not 0 <= now - captured <= MAX_DELIVERY_DELAY_S:
                captured = now
            if self._newest:  # keep time monotonic even if the driver's time stamps are not
                captured = max(captured, self._newest.time)
            self._newest = Frame(image, seq, captured, truth)
            self._new_frame.notify_all()

    def _fail(self, error: CameraError) -> None:
        """Make the reader raise this error: there will be no more frames."""
        with self._new_frame:
            self._error = error
            self._new_frame.notify_all()

    @abstractmethod
    def _open(self) -> None:
        """Open the device and make it call `_deliver`.

        Raises:
            CameraError: it cannot be opened.
        """

    @abstractmethod
    def _release(self) -> None:
        """Release the device; safe in any state."""


class PolledCamera(Camera):
    """A camera that is polled for each frame in a dedicated thread."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        super().__init__(clock)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._stuck = False

    def start(self) -> None:
        """Open the camera and start capturing; see `Camera.start`."""
        super().start()
        self._thread = threading.Thread(target=self._capture, name="camera", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop capturing and release the device; safe in any state, and idempotent."""
        self._stop.set()
        thread, self._thread = self._thread, None
        if thread:
            thread.join(timeout=2)
            self._stuck = thread.is_alive()
            if self._stuck and thread.is_alive():
                return  # blocked in the driver; the thread releases the device once it returns
        super().close()

    def _capture(self) -> None:
        self._poll()
        if self._stuck:
            self._release()

    def _poll(self) -> None:
        while not self._stop.is_set() and not self._error:
            try:
                capture = self._grab()
            except CameraError as error:
                self._fail(error)
                return
            except Exception as error:  # from the driver; the camera will be reopened
                log.exception("The %s failed.", self.title)
                self._fail(CameraError(f"The {self.title} failed: {error}"))
                return
            if capture is None:
                self._ended = True
                return
            self._deliver(*capture)

    @abstractmethod
    def _grab(self) -> Capture | None:
        """Wait for the next frame; return None at the end of a recording."""


def run_all(*steps: Callable[[], object]) -> None:
    """Run all steps of closing a device; log exceptions and continue with the next step.

    Drivers often raise an error that occurred during use once more on closing.
    """
    for step in steps:
        try:
            step()
        except Exception as error:
            log.info("Error while closing the camera: %s", error)


def _rotated(frame: Frame, rotation: Rotation) -> Frame:
    """Return a frame turned clockwise. The reader does this, so skipped frames cost nothing."""
    if rotation == 0:
        return frame
    return replace(frame, image=cv2.rotate(frame.image, _ROTATE_CODES[rotation]))


def _is_rgb_image(image: object) -> bool:
    return (
        isinstance(image, np.ndarray)
        and image.dtype == np.uint8
        and image.ndim == 3
        and image.shape[2] == 3
        and min(image.shape) > 0
    )


class Metronome:
    """Paces a loop at a constant rate; does not catch up after a delay.

    Args:
        rate: ticks per second.
        clock: returns monotonic seconds.
        wait: waits for a number of seconds; pass an event's `wait` to make it interruptible.
    """

    def __init__(self, rate: float, clock: Clock, wait: Callable[[float], object]) -> None:
        self._period, self._clock, self._wait = 1 / rate, clock, wait
        self._next = clock()

    def tick(self) -> None:
        """Wait for the next tick."""
        now = self._clock()
        self._next = max(self._next + self._period, now - self._period)
        if self._next > now:
            self._wait(self._next - now)
