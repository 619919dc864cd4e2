"""The usual level of a quantity: a quantile of its recent past."""

import math
from collections import deque
from typing import Final

#: Seconds between two values that are remembered: enough for a body, and cheap.
EVERY: Final = 0.1


class Level:
    """A quantile of the last seconds, for instance 0.9: what is reached again and again.

    Args:
        quantile: 0..1.
        memory: seconds.
    """

    def __init__(self, quantile: float, memory: float) -> None:
        self._quantile, self._memory = quantile, memory
        self._past: deque[tuple[float, float]] = deque()
        self.value = math.nan

    def update(self, value: float, time: float) -> None:
        """Take the value of the moment `time` (seconds) in; NaN: not known."""
        if math.isnan(value) or (self._past and time - self._past[-1][0] < EVERY):
            return
        self._past.append((time, value))
        while time - self._past[0][0] > self._memory:
            self._past.popleft()
        known = sorted(value for _, value in self._past)
        self.value = known[round(self._quantile * (len(known) - 1))]
