"""Steady joints out of shaky ones, by time and not by frame count."""

import math
from collections import deque
from collections.abc import Iterable
from typing import Final

from hiitpi.pose.keypoints import SEEN, Pose

#: Position in pixels and score of a keypoint.
Row = tuple[float, float, float]

NOT_SEEN: Final[Row] = (math.nan, math.nan, 0.0)

#: Seconds the median looks back: three frames at 30 frames/s. Longer windows clip fast athletes. On
#: 101 recordings of some 60 people, BlazePose, played twice as fast, the count was within one on
#: 84 % with 0.08 s and on 82 % with 0.15 s, at their own speed on 89 % and 88 %; One Euro filters
#: (Casiez et al. 2012) with fourteen settings were no better than a median of three.
WINDOW_S = 0.08

#: A median of fewer than three removes no outlier; below 20 fps the window grows to hold three,
#: but never beyond this many seconds.
MAX_WINDOW_S = 0.35

#: A keypoint that is off the median by more than this part of the body's size has jumped.
MAX_JUMP = 0.2


class Smoother:
    """The running median of each keypoint over a short window of time.

    A keypoint that one frame did not see is taken from the frames around it, as long as half of
    the window saw it. In plain Python: for five numbers at a time arrays cost more than they save.

    Args:
        window: seconds.
        seen: the score, 0..1, from which a keypoint is taken.
    """

    def __init__(self, window: float = WINDOW_S, seen: float = SEEN) -> None:
        self._window, self._least = window, seen
        self._past: deque[tuple[float, list[Row]]] = deque()

    def clear(self) -> None:
        """Forget the past, for instance because somebody else stepped in."""
        self._past.clear()

    def update(self, pose: Pose, time: float) -> list[Row]:
        """Take the pose of `time` (seconds) in; return the seventeen keypoints: x, y, score.

        Coordinates of keypoints that are not seen are NaN, and their score is 0.
        """
        newest = [
            (x, y, score) if score >= self._least else (math.nan, math.nan, score)
            for (x, y), score in zip(pose.xy.tolist(), pose.score.tolist(), strict=True)
        ]
        self._past.append((time, newest))
        while self._expired(time):
            self._past.popleft()
        out = [_median(past) for past in zip(*(rows for _, rows in self._past), strict=True)]
        if time - self._past[0][0] > self._window:
            return _caught_up(out, newest)
        return out

    def _expired(self, now: float) -> bool:
        age = now - self._past[0][0]
        return age > MAX_WINDOW_S or (age >= self._window and len(self._past) > 3)


def _median(past: tuple[Row, ...]) -> Row:
    """A keypoint as most of the frames saw it; its score is the upper median of all."""
    seen = [row for row in past if row[0] == row[0]]  # NaN is not itself
    count = len(seen)
    if not count or count * 2 < len(past):
        return NOT_SEEN
    xs, ys, scores = zip(*seen, strict=True)
    if count < len(past):
        scores = tuple(row[2] for row in past)
    return _middle(xs), _middle(ys), sorted(scores)[len(past) // 2]


def _middle(values: Iterable[float]) -> float:
    ordered = sorted(values)
    count = len(ordered)
    return (ordered[(count - 1) // 2] + ordered[count // 2]) / 2


def _caught_up(out: list[Row], newest: list[Row]) -> list[Row]:
    """At a low rate the median of three lags and clips: take the newest where it is likely."""
    seen = [(x, y) for x, y, _ in newest if x == x]
    if not seen:
        return out
    xs, ys = zip(*seen, strict=True)
    likely = MAX_JUMP * math.hypot(max(xs) - min(xs), max(ys) - min(ys))
    return [
        (nx, ny, score) if math.hypot(nx - x, ny - y) < likely else (x, y, score)
        for (x, y, score), (nx, ny, _) in zip(out, newest, strict=True)
    ]
