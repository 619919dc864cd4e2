"""What every camera is: something that always has the newest frame."""

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hiitpi.errors import CameraError

log = logging.getLogger(__name__)

Image = NDArray[np.uint8]
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture.

    Attributes:
        image: uint8 (H, W, 3) RGB, not to be written to.
        seq: 1 for the camera's first, then counting up.
        time: seconds of the monotonic clock at capture.
        truth: repetitions that the synthetic athlete has really done; None from a real camera.
    """

    image: Image
    seq: int
    time: float
    truth: int | None = None


class Capture(NamedTuple):
    """What a polled camera returns.

    Attributes:
        image: uint8 (H, W, 3) RGB.
        truth: repetitions that the synthetic athlete has really done; None from a real camera.
        time: seconds of the monotonic clock at capture; None: the driver does not say.
    """

    image: Image
    truth: int | None = None
    time: float | None = None


#: A driver's time stamp that lies further back than this (seconds) is of another clock.
MAX_DELIVERY_DELAY_S: Final = 1.0

#: A camera that gives no picture for this long (seconds) is frozen; the first may take longer.
FROZEN_AFTER_S: Final = 2.0
FIRST_FRAME_TIMEOUT_S: Final = 6.0


class Camera(ABC):
    """Keeps the newest frame only.

    A reader that is slow skips frames; it never makes the camera wait, and never sees a stale one.
    A subclass calls `_deliver` for each picture, from whatever thread.

    Args:
        clock: monotonic seconds.
    """

    #: What the page calls it.
    title: str
    #: Whether this is a drawing and not a camera.
    drawn = False

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._newest: Frame | None = None
        self._trouble: CameraError | None = None
        self._ended = False
        self._fresh = threading.Condition()
        self._started = 0.0

    def start(self) -> None:
        """Open the camera and begin to capture.

        Raises:
            CameraError: it cannot be opened.
        """
        self._open()
        self._started = self._clock()

    def read(self, after: int, timeout: float) -> Frame | None:
        """The newest frame, once its `seq` is greater than `after`; None after `timeout` seconds.

        Raises:
            CameraError: the camera has stopped giving frames.
        """
        with self._fresh:
            self._fresh.wait_for(
                lambda: self._trouble or (self._newest and self._newest.seq > after), timeout
            )
            if self._trouble:
                raise self._trouble
            frame = self._newest
        if frame and frame.seq > after:
            return frame
        since, patience = (
            (frame.time, FROZEN_AFTER_S) if frame else (self._started, FIRST_FRAME_TIMEOUT_S)
        )
        if not self._ended and self._clock() - since > patience:
            raise CameraError(
                f"The {self.title} is frozen: no picture for {patience:g} s. Check its cable."
            )
        return None

    def perform(self, workout: str | None) -> None:
        """Tell who is in front of the camera which workout begins; None: stand at ease.

        People know it from the page. The synthetic athlete starts anew, from standing.
        """
        return

    def prepare(self, workout: str) -> None:
        """Tell who is in front of the camera which workout comes next.

        People know it from the page. The synthetic athlete takes its starting position.
        """
        return

    def close(self) -> None:
        """Stop capturing and let the device go; safe in any state, and twice."""
        self._release()

    def _deliver(
        self, image: Image, truth: int | None = None, captured: float | None = None
    ) -> None:
        """Take the next picture.

        Args:
            image: uint8 (H, W, 3) RGB.
            truth: see `Frame`.
            captured: when the driver says that it was taken, in seconds of the monotonic clock.
                Without it, or where it is of another clock, the time of delivery is taken: that
                jitters with the load of the machine.
        """
        if not _is_rgb_image(image):
            self._fail(CameraError(f"The {self.title} gives garbage instead of pictures."))
            return
        with self._fresh:
            seq = self._newest.seq + 1 if self._newest else 1
            now = self._clock()
            if captured is None or not 0 <= now - captured <= MAX_DELIVERY_DELAY_S:
                captured = now
            if self._newest:  # time does not run backwards, whatever a driver says
                captured = max(captured, self._newest.time)
            self._newest = Frame(image, seq, captured, truth)
            self._fresh.notify_all()

    def _fail(self, error: CameraError) -> None:
        """Let the reader know that no more pictures come."""
        with self._fresh:
            self._trouble = error
            self._fresh.notify_all()

    @abstractmethod
    def _open(self) -> None:
        """Open the device and have it call `_deliver`, or raise CameraError."""

    @abstractmethod
    def _release(self) -> None:
        """Let the device go, in whatever state it is."""


class PolledCamera(Camera):
    """A camera that is asked for each picture, on a thread of its own."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        super().__init__(clock)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._stuck = False

    def start(self) -> None:
        """Open the camera and begin to capture; see `Camera.start`."""
        super().start()
        self._thread = threading.Thread(target=self._capture, name="camera", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop capturing and let the device go; safe in any state, and twice."""
        self._stop.set()
        thread, self._thread = self._thread, None
        if thread:
            thread.join(timeout=2)
            self._stuck = thread.is_alive()
            if self._stuck and thread.is_alive():
                return  # in the driver: it lets go when the driver lets it
        super().close()

    def _capture(self) -> None:
        self._poll()
        if self._stuck:
            self._release()

    def _poll(self) -> None:
        while not self._stop.is_set() and not self._trouble:
            try:
                picture = self._grab()
            except CameraError as error:
                self._fail(error)
                return
            except Exception as error:  # of the driver: the camera is opened anew
                log.exception("The %s failed.", self.title)
                self._fail(CameraError(f"The {self.title} failed: {error}"))
                return
            if picture is None:
                self._ended = True
                return
            self._deliver(*picture)

    @abstractmethod
    def _grab(self) -> Capture | None:
        """Wait for the next picture; None: there are no more, and none were to be expected."""


def run_all(*steps: Callable[[], object]) -> None:
    """Take every step of closing a device; one that fails is logged and does not stop the next.

    What happened to the device while it was in use comes up here once more.
    """
    for step in steps:
        try:
            step()
        except Exception as error:
            log.info("While the camera was closed: %s", error)


def _is_rgb_image(image: object) -> bool:
    return (
        isinstance(image, np.ndarray)
        and image.dtype == np.uint8
        and image.ndim == 3
        and image.shape[2] == 3
        and min(image.shape) > 0
    )


class Metronome:
    """Waits so that things happen at an even rate, without catching up after a delay.

    Args:
        rate: times per second.
        clock: monotonic seconds.
        wait: takes seconds to wait; an event's `wait`, so that it can be cut short.
    """

    def __init__(self, rate: float, clock: Clock, wait: Callable[[float], object]) -> None:
        self._period, self._clock, self._wait = 1 / rate, clock, wait
        self._next = clock()

    def tick(self) -> None:
        """Wait for the next beat."""
        now = self._clock()
        self._next = max(self._next + self._period, now - self._period)
        if self._next > now:
            self._wait(self._next - now)
