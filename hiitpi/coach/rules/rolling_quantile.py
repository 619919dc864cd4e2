"""A quantile of the recent values of a quantity."""

import math
from bisect import bisect_left, insort
from collections import deque
from typing import Final

#: Minimum time between stored values: short enough for body movements, and cheap.
SAMPLE_INTERVAL_S: Final = 0.1


class RollingQuantile:
    """A quantile over a sliding time window.

    A high quantile such as 0.9 is a level that is reached regularly, other than a maximum, which
    may be an outlier.

    Attributes:
        value: the quantile, in the unit of the values; NaN before the first value.

    Args:
        quantile: 0..1; 0.5 for the median.
        window_s: length of the window in seconds.
    """

    def __init__(self, quantile: float, window_s: float) -> None:
        self._quantile, self._window_s = quantile, window_s
        self._history: deque[tuple[float, float]] = deque()
        self._sorted: list[float] = []
        self.value = math.nan

    def update(self, value: float, time: float) -> None:
        """Add a value; ignored if it is NaN or too soon after the previous one.

        Args:
            value: the value; NaN if it is unknown.
            time: its time in seconds.
        """
        if math.isnan(value) or (self._history and time - self._history[-1][0] < SAMPLE_INTERVAL_S):
            return
        self._history.append((time, value))
        insort(self._sorted, value)
        while time - self._history[0][0] > self._window_s:
            _, old = self._history.popleft()
            del self._sorted[bisect_left(self._sorted, old)]
        self.value = self._sorted[round(self._quantile * (len(self._sorted) - 1))]
