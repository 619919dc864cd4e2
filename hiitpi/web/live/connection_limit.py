"""Limits how many endless answers there are at a time: each holds a thread, and pages need some."""

import threading


class ConnectionLimit:
    """A semaphore that is never waited for, and that can be asked how many have it."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._free = threading.BoundedSemaphore(limit)
        self._active = 0
        self._count = threading.Lock()

    @property
    def active(self) -> int:
        """How many connections there are now."""
        return self._active

    @property
    def full(self) -> bool:
        """Whether another one would be refused."""
        return self._active >= self.limit

    def acquire(self) -> bool:
        """Count another connection; False: there are too many already."""
        if not self._free.acquire(blocking=False):
            return False
        with self._count:
            self._active += 1
        return True

    def release(self) -> None:
        """Count one connection less.

        Raises:
            ValueError: it was never acquired.
        """
        self._free.release()
        with self._count:
            self._active -= 1
