"""The privacy shutter: while it is closed, the camera is off for everyone, and stays off."""

import logging
from pathlib import Path

log = logging.getLogger(__name__)


class PrivacyShutter:
    """State of the privacy shutter; it persists across restarts.

    Attributes:
        closed: whether the camera must stay off.

    Args:
        folder: the instance folder; the shutter is closed while a file `covered` exists in it.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "covered"
        self.closed = self._file.exists()

    def set(self, closed: bool) -> None:
        """Close or open the shutter."""
        self.closed = closed
        try:
            if closed:
                self._file.touch(mode=0o600)
            else:
                self._file.unlink(missing_ok=True)
        except OSError as error:  # the state still holds until this process ends
            log.error("The privacy shutter's state could not be saved: %s", error)
