"""What a service tells systemd, which started it: sd_notify(3)'s protocol."""

import socket
from contextlib import suppress
from typing import Final

#: Seconds between two signs of life; the unit's WatchdogSec is many times as long.
WATCHDOG_S: Final = 2.0


class Service:
    """This process as a service; without systemd nobody is told anything.

    Args:
        address: of systemd's socket, from NOTIFY_SOCKET; "@" begins an abstract one.
    """

    def __init__(self, address: str | None) -> None:
        self._address = address and address.replace("@", "\0", 1)
        self._due = 0.0

    @property
    def known(self) -> bool:
        """Whether there is a systemd that listens."""
        return bool(self._address)

    def ready(self) -> None:
        """It has started: whoever waits for it may go on."""
        self._tell("READY=1")

    def alive(self, now: float) -> None:
        """It still works; at `now`, monotonic seconds."""
        if now >= self._due:
            self._due = now + WATCHDOG_S
            self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        """It is about to end."""
        self._tell("STOPPING=1")

    def _tell(self, message: str) -> None:
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as way:
            way.sendto(message.encode(), self._address)
