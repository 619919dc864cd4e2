"""Steady joints out of shaky ones, by time and not by frame count."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from hiitpi.pose.keypoints import SEEN, Pose

#: Seconds the median looks back. On recordings of some 60 people 0.15 s removed single-frame jumps
#: and left/right swaps without clipping the fastest repetitions (0.5 s).
WINDOW = 0.15

#: A median of fewer than three removes no outlier; below 20 fps the window grows to hold three,
#: but never beyond this many seconds.
LONGEST = 0.35

#: A keypoint that is off the median by more than this part of the body's size has jumped.
LEAP = 0.2


class Smoother:
    """The running median of each keypoint over a short window of time.

    A keypoint that one frame did not see is taken from the frames around it, as long as half of
    the window saw it.

    Args:
        window: seconds.
        seen: the score, 0..1, from which a keypoint is taken.
    """

    def __init__(self, window: float = WINDOW, seen: float = SEEN) -> None:
        self._window, self._least = window, seen
        self._past: deque[tuple[float, NDArray[np.float32]]] = deque()

    def clear(self) -> None:
        """Forget the past, for instance because somebody else stepped in."""
        self._past.clear()

    def update(self, pose: Pose, time: float) -> NDArray[np.float32]:
        """Take the pose of `time` (seconds) in; return (17, 3) float32: x, y, score.

        Coordinates of keypoints that are not seen are NaN, and their score is 0.
        """
        row = np.empty((17, 3), np.float32)
        row[:, :2], row[:, 2] = pose.xy, pose.score
        row[~(row[:, 2] >= self._least), :2] = np.nan
        self._past.append((time, row))
        while self._expired(time):
            self._past.popleft()
        stack = np.stack([row for _, row in self._past])
        stack.sort(axis=0)  # NaN sorts last, so the seen values come first
        seen = np.count_nonzero(~np.isnan(stack[:, :, 0]), axis=0)
        low, high = (np.maximum(seen, 1) - 1) // 2, seen // 2
        high = np.minimum(high, np.maximum(seen, 1) - 1)
        joints = np.arange(17)
        out = (stack[low, joints] + stack[high, joints]) / 2
        out[:, 2] = stack[len(stack) // 2, :, 2]
        if time - self._past[0][0] > self._window and not np.isnan(row[:, 0]).all():
            self._catch_up(out, row)
        out[seen * 2 < len(stack)] = (np.nan, np.nan, 0)
        return out

    @staticmethod
    def _catch_up(out: NDArray[np.float32], newest: NDArray[np.float32]) -> None:
        """At a low rate the median of three lags and clips: take the newest where it is likely."""
        size = np.nanmax(newest[:, :2], axis=0) - np.nanmin(newest[:, :2], axis=0)
        away = np.hypot(*(newest[:, :2] - out[:, :2]).T)
        likely = away < LEAP * np.hypot(*size)
        out[likely, :2] = newest[likely, :2]

    def _expired(self, now: float) -> bool:
        age = now - self._past[0][0]
        return age > LONGEST or (age >= self._window and len(self._past) > 3)
