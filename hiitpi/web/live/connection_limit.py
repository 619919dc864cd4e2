"""Limits the number of concurrent streams: each occupies a thread, and pages need some too."""

import threading


class ConnectionLimit:
    """A non-blocking semaphore that knows how many connections hold it.

    Args:
        limit: maximum number of concurrent connections.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._semaphore = threading.BoundedSemaphore(limit)
        self._active = 0
        self._active_lock = threading.Lock()

    @property
    def active(self) -> int:
        """The current number of connections."""
        return self._active

    @property
    def full(self) -> bool:
        """Whether the limit is reached."""
        return self._active >= self.limit

    def acquire(self) -> bool:
        """Count a new connection; return False if the limit is reached."""
        if not self._semaphore.acquire(blocking=False):
            return False
        with self._active_lock:
            self._active += 1
        return True

    def release(self) -> None:
        """Count a closed connection.

        Raises:
            ValueError: it was released more often than acquired.
        """
        self._semaphore.release()
        with self._active_lock:
            self._active -= 1
