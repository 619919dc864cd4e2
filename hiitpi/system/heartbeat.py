"""Liveness checks of child processes: heartbeats through a pipe, and health probes."""

import os
import time
from collections.abc import Callable, Sequence
from typing import Final

from hiitpi.system.background_loop import BackgroundLoop

#: Seconds between heartbeats, and between health probes.
HEARTBEAT_S: Final = 0.5
PROBE_S: Final = 3.0

OPTION: Final = "--heartbeat"


class HeartbeatPipe:
    """A pipe through which a child process sends heartbeats, seen from the parent.

    Attributes:
        child_fd: the write end, a file descriptor that the child inherits.
    """

    def __init__(self) -> None:
        self._read_fd, self.child_fd = os.pipe()
        os.set_blocking(self._read_fd, False)

    def child_arguments(self) -> list[str]:
        """Return the command-line arguments that pass the pipe to the child."""
        return [OPTION, str(self.child_fd)]

    def close_child_end(self) -> None:
        """Close the parent's copy of the write end; call it once the child has been spawned."""
        os.close(self.child_fd)

    def has_beaten(self) -> bool:
        """Return whether a heartbeat has arrived since the last call."""
        try:
            return bool(os.read(self._read_fd, 4096))
        except BlockingIOError:
            return False

    def close(self) -> None:
        """Close the read end."""
        os.close(self._read_fd)


def heartbeat(arguments: Sequence[str], clock: Callable[[], float]) -> Callable[[], None]:
    """Return the function by which a child process sends its heartbeats.

    The child calls it as often as it likes; it writes at most once every HEARTBEAT_S seconds.

    Args:
        arguments: command line of the child; without the heartbeat option the function does
            nothing.
        clock: returns monotonic seconds.
    """
    if OPTION not in arguments:
        return lambda: None
    fd = int(arguments[list(arguments).index(OPTION) + 1])
    os.set_blocking(fd, False)
    due = 0.0

    def beat() -> None:
        nonlocal due
        now = clock()
        if now >= due:
            due = now + HEARTBEAT_S
            try:
                os.write(fd, b".")
            except OSError:  # the parent is gone, or too busy to empty the pipe
                return

    return beat


class HealthProbe:
    """Probes the health of a service periodically in a background loop.

    Args:
        name: name of the service.
        check: returns whether the service is healthy; an exception means that it is not.
        period_s: seconds between a result and the next probe.
    """

    def __init__(self, name: str, check: Callable[[], bool], period_s: float = PROBE_S) -> None:
        self._check, self._period_s, self._healthy = check, period_s, False
        # Any exception is expected: the service may be unreachable, and is probed again soon.
        self._loop = BackgroundLoop(f"probe of {name}", self._probe, expected=(Exception,))
        self._loop.start()

    def healthy(self) -> bool:
        """Return whether a probe has succeeded since the last call."""
        healthy, self._healthy = self._healthy, False
        return healthy

    def close(self) -> None:
        """Stop probing."""
        self._loop.stop()

    def _probe(self) -> None:
        self._healthy = self._check() or self._healthy
        time.sleep(self._period_s)
