"""Notifies systemd of the state of this service, with the protocol of sd_notify(3)."""

import socket
from contextlib import suppress
from typing import Final

#: Seconds between watchdog notifications; the unit's WatchdogSec is many times as long.
WATCHDOG_S: Final = 2.0


class Service:
    """This process as a systemd service; all methods are no-ops without systemd.

    Args:
        address: address of systemd's socket, from NOTIFY_SOCKET; a leading "@" denotes an abstract
            socket. None without systemd.
    """

    def __init__(self, address: str | None) -> None:
        self._address = address and address.replace("@", "\0", 1)
        self._due = 0.0

    @property
    def available(self) -> bool:
        """Whether systemd started this process and expects notifications."""
        return bool(self._address)

    def ready(self) -> None:
        """Notify systemd that start-up is complete, so that it can start dependent units."""
        self._notify("READY=1")

    def alive(self, now: float) -> None:
        """Reset systemd's watchdog timer, at most once every WATCHDOG_S seconds.

        Args:
            now: monotonic seconds.
        """
        if now >= self._due:
            self._due = now + WATCHDOG_S
            self._notify("WATCHDOG=1")

    def stopping(self) -> None:
        """Notify systemd that shutdown has begun."""
        self._notify("STOPPING=1")

    def _notify(self, message: str) -> None:
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify_socket:
            notify_socket.sendto(message.encode(), self._address)
