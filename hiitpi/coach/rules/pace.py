"""How fast the athlete is going: repetitions per 30 s."""

from collections import deque
from typing import Final

#: Seconds the live pace looks back, and over which it is expressed: HIIT rounds last 20-40 s.
PACE_WINDOW_S: Final = 30.0


class Pace:
    """Live pace from the times of the last repetitions."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=6)

    def rep(self, time: float) -> None:
        """A repetition was completed at `time` (seconds)."""
        self._times.append(time)

    def at(self, time: float) -> float:
        """Repetitions per 30 s at `time`.

        The mean interval of the last five; once the next one is overdue, the pace falls, and it is
        0 after 30 s without a repetition.
        """
        if len(self._times) < 2 or time - self._times[-1] >= PACE_WINDOW_S:
            return 0.0
        interval = (self._times[-1] - self._times[0]) / (len(self._times) - 1)
        waiting = time - self._times[-1]
        return PACE_WINDOW_S / max(interval, waiting) if interval > 0 else 0.0
