"""The athlete's live pace, in repetitions per 30 s."""

from collections import deque
from typing import Final

#: Time window of the pace, and the time that it refers to: HIIT sets last 20-40 s.
PACE_WINDOW_S: Final = 30.0


class Pace:
    """Computes the pace from the times of the latest repetitions."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=6)

    def rep(self, time: float) -> None:
        """Add a repetition that was completed at `time` (seconds)."""
        self._times.append(time)

    def at(self, time: float) -> float:
        """Return the pace at a time in seconds, in repetitions per 30 s.

        It follows from the mean of the last five intervals. It falls while the next repetition is
        overdue, and is 0 after 30 s without one, and before the second one.
        """
        if len(self._times) < 2 or time - self._times[-1] >= PACE_WINDOW_S:
            return 0.0
        interval = (self._times[-1] - self._times[0]) / (len(self._times) - 1)
        since_last = time - self._times[-1]
        return PACE_WINDOW_S / max(interval, since_last) if interval > 0 else 0.0
