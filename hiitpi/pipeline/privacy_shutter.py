"""The lens cover: while it is closed, the camera is off for everybody, and stays off."""

import logging
from pathlib import Path

log = logging.getLogger(__name__)


class PrivacyShutter:
    """Closed or open; a restart does not open it.

    Args:
        folder: the instance folder; a file in it says that the cover is closed.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "covered"
        self.closed = self._file.exists()

    def set(self, closed: bool) -> None:
        """Close or open it."""
        self.closed = closed
        try:
            if closed:
                self._file.touch(mode=0o600)
            else:
                self._file.unlink(missing_ok=True)
        except OSError as error:  # it holds as long as this process lives
            log.error("The lens cover is not remembered: %s", error)
