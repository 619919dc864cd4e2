"""Has the camera open while it is wanted, and opens it again when it was lost."""

import logging
import time
from collections.abc import Callable
from typing import Final, Literal

from hiitpi.camera.base import Camera, Clock, Frame
from hiitpi.errors import CameraError

log = logging.getLogger(__name__)

#: Seconds to wait for a frame before doing something else all the same.
FRAME_TIMEOUT_S: Final = 0.2

#: Seconds to wait while the camera is not to be open: so soon it is, when somebody comes.
ASLEEP_POLL_S: Final = 0.1

#: A camera that failed is opened again after these seconds, the last over and over.
RETRY_DELAYS_S: Final = (1.0, 2.0, 5.0, 10.0)

#: "on", not wanted now, or wanted and not to be had.
State = Literal["on", "off", "away"]


class CameraManager:
    """Keeps one camera.

    Attributes:
        camera: the one that is open; None: none is.
        title, drawn: of the one that is open, or was.
        trouble: why a camera that is wanted is not there, in words.
        opened: how often one was opened: whoever remembers pictures forgets them when it changes.

    Args:
        open_camera: opens and starts it; raises CameraError.
        clock: monotonic seconds.
        changed: called when any of this is not what it was.
        wait: takes seconds to wait while there is no camera.
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
        """How it is."""
        if self.camera:
            return "on"
        return "away" if self._wanted else "off"

    def start(self) -> None:
        """Open it for the first time.

        Raises:
            CameraError: it cannot be opened.
        """
        self._wanted = True
        self._attach(self._open())

    def set_wanted(self, wanted: bool) -> None:
        """From now on it is to be open, or not."""
        if wanted == self._wanted:
            return
        self._wanted = wanted
        self._failures, self._retry_at, self.trouble = 0, 0.0, ""
        self._release()
        self._changed()

    def frame(self) -> Frame | None:
        """The newest frame; None: there was none for a moment."""
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
        """Let the camera go."""
        self._wanted = False
        self._release()

    def _attach(self, camera: Camera) -> Camera:
        self.camera, self.trouble = camera, ""
        self.title, self.drawn = camera.title, camera.drawn
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
