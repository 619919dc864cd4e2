"""What every camera is: something that always has the newest frame."""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hiitpi.errors import CameraError

Image = NDArray[np.uint8]
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture.

    Attributes:
        image: uint8 (H, W, 3) RGB, not to be written to.
        seq: 1 for the camera's first, then counting up.
        time: seconds of the monotonic clock at capture.
        truth: repetitions that the drawn athlete has really done; None from a real camera.
    """

    image: Image
    seq: int
    time: float
    truth: int | None = None


class Camera(ABC):
    """Captures on a thread of its own and keeps the newest frame only.

    A reader that is slow skips frames; it never makes the camera wait, and never sees a stale one.

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
        self._fresh = threading.Condition()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Open the camera and begin to capture.

        Raises:
            CameraError: it cannot be opened.
        """
        self._open()
        self._thread = threading.Thread(target=self._capture, name="camera", daemon=True)
        self._thread.start()

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
        return frame if frame and frame.seq > after else None

    def perform(self, workout: str | None) -> None:
        """Tell who is in front of the camera which workout begins; None: stand at ease.

        People know it from the page. The drawn athlete starts anew, from standing.
        """
        return

    def close(self) -> None:
        """Stop capturing and let the device go; safe in any state, and twice."""
        self._stop.set()
        if self._thread and self._thread is not threading.current_thread():
            self._thread.join(timeout=2)
        self._thread = None
        self._release()

    def _capture(self) -> None:
        seq = 0
        while not self._stop.is_set():
            try:
                image, truth = self._grab()
            except CameraError as error:
                with self._fresh:
                    self._trouble = error
                    self._fresh.notify_all()
                return
            seq += 1
            frame = Frame(image, seq, self._clock(), truth)
            with self._fresh:
                self._newest = frame
                self._fresh.notify_all()

    @abstractmethod
    def _open(self) -> None:
        """Open the device, or raise CameraError."""

    @abstractmethod
    def _grab(self) -> tuple[Image, int | None]:
        """Wait for the next picture; return it with the athlete's true count, if known."""

    @abstractmethod
    def _release(self) -> None:
        """Let the device go, in whatever state it is."""


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
