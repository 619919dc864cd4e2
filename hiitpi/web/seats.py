"""How many endless answers there may be at a time: each holds a thread, and pages need some too."""

import threading


class Seats:
    """So many places; whoever finds none is told to come back."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._taken = 0
        self._lock = threading.Lock()

    @property
    def taken(self) -> int:
        """How many are."""
        return self._taken

    @property
    def full(self) -> bool:
        """Whether all are."""
        return self._taken >= self.most

    def take(self) -> bool:
        """Take one; False: there is none."""
        with self._lock:
            if self.full:
                return False
            self._taken += 1
            return True

    def give_back(self) -> None:
        """Give one back."""
        with self._lock:
            self._taken -= 1
