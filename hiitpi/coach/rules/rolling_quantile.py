"""The usual level of a quantity: a quantile of its recent past."""

import math
from bisect import bisect_left, insort
from collections import deque
from typing import Final

#: Seconds between two values that are remembered: enough for a body, and cheap.
SAMPLE_INTERVAL_S: Final = 0.1


class RollingQuantile:
    """A quantile of the last seconds, for instance 0.9: what is reached again and again.

    Args:
        quantile: 0..1.
        memory: seconds.
    """

    def __init__(self, quantile: float, memory: float) -> None:
        self._quantile, self._memory = quantile, memory
        self._past: deque[tuple[float, float]] = deque()
        self._sorted: list[float] = []
        self.value = math.nan

    def update(self, value: float, time: float) -> None:
        """Take the value of the moment `time` (seconds) in; NaN: not known."""
        if math.isnan(value) or (self._past and time - self._past[-1][0] < SAMPLE_INTERVAL_S):
            return
        self._past.append((time, value))
        insort(self._sorted, value)
        while time - self._past[0][0] > self._memory:
            _, old = self._past.popleft()
            del self._sorted[bisect_left(self._sorted, old)]
        self.value = self._sorted[round(self._quantile * (len(self._sorted) - 1))]
