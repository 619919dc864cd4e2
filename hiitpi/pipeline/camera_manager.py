"""Opens the camera while it is wanted, and reopens it after errors."""

import logging
import time
from collections.abc import Callable
from typing import Final, Literal

from hiitpi.camera.base import Camera, Clock, Frame
from hiitpi.errors import CameraError

log = logging.getLogger(__name__)

#: Timeout for a frame, after which the pipeline does its other work.
FRAME_TIMEOUT_S: Final = 0.2

#: Poll interval while the camera is closed; bounds how long it takes to wake up for a viewer.
ASLEEP_POLL_S: Final = 0.1

#: Back-off after camera errors; the last delay repeats.
RETRY_DELAYS_S: Final = (1.0, 2.0, 5.0, 10.0)

#: "on": open; "off": not wanted now; "away": wanted, but unavailable.
State = Literal["on", "off", "away"]


class CameraManager:
    """Opens, closes and reopens one camera.

    Attributes:
        camera: the open camera; None while it is closed.
        title: name of the camera that is, or last was, open.
        drawn: whether that camera is the synthetic athlete.
        trouble: why a wanted camera is unavailable; "" otherwise.
        opened: how often a camera has been opened; when it changes, state that was derived from
            earlier frames is stale.

    Args:
        open_camera: opens and starts the camera; raises CameraError.
        clock: monotonic seconds.
        changed: called when any attribute has changed.
        wait: sleeps for the given seconds while the camera is closed.
    """

    def __init__(
        self,
        open_camera: Callable[[], Camera],
        clock: Clock,
        changed: Callable[[], None],
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        self._open, self._clock, self._changed, self._wait = open_camera, clock, changed, wait
        self.camera: Camera | None = None
        self.title, self.drawn = "", False
        self.trouble, self.opened = "", 0
        self._wanted = False
        self._seq, self._failures, self._retry_at = 0, 0, 0.0

    @property
    def state(self) -> State:
        """Whether the camera is open, closed, or unavailable."""
        if self.camera:
            return "on"
        return "away" if self._wanted else "off"

    def start(self) -> None:
        """Open the camera at start-up.

        Raises:
            CameraError: the camera cannot be opened.
        """
        self._wanted = True
        self._attach(self._open())

    def set_wanted(self, wanted: bool) -> None:
        """Set whether the camera should be open; a closed camera is opened by the next `frame`."""
        if wanted == self._wanted:
            return
        self._wanted = wanted
        self._failures, self._retry_at, self.trouble = 0, 0.0, ""
        self._release()
        self._changed()

    def frame(self) -> Frame | None:
        """Return the next frame; None after a timeout, while closed, or after an error."""
        if not self._wanted or (self.camera is None and self._clock() < self._retry_at):
            self._wait(FRAME_TIMEOUT_S if self._wanted else ASLEEP_POLL_S)
            return None
        try:
            camera = self.camera or self._attach(self._open())
            frame = camera.read(self._seq, FRAME_TIMEOUT_S)
        except CameraError as error:
            self._on_error(error)
            return None
        if frame:
            self._seq = frame.seq
        return frame

    def close(self) -> None:
        """Close the camera."""
        self._wanted = False
        self._release()

    def _attach(self, camera: Camera) -> Camera:
        self.camera, self.trouble = camera, ""
        self.title, self.drawn = camera.title, camera.synthetic
        self._seq, self._failures = 0, 0
        self.opened += 1
        self._changed()
        return camera

    def _release(self) -> None:
        camera, self.camera = self.camera, None
        if camera:
            camera.close()

    def _on_error(self, error: CameraError) -> None:
        log.error("%s", error)
        self._release()
        self._retry_at = (
            self._clock() + RETRY_DELAYS_S[min(self._failures, len(RETRY_DELAYS_S) - 1)]
        )
        self._failures += 1
        self.trouble = str(error)
        self._changed()
