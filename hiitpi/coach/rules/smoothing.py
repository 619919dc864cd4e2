"""Smooths keypoints with a running median over a time window, at any frame rate."""

import math
from collections import deque
from collections.abc import Iterable
from typing import Final

from hiitpi.coach.rules.leg_order import LegOrder
from hiitpi.pose.keypoints import SEEN, Keypoint, Pose, body_size

INVISIBLE: Final[Keypoint] = (math.nan, math.nan, 0.0)

#: Time window of the median: three frames at 30 frames/s. Longer windows clip fast movements. With
#: BlazePose on 101 recordings of about 60 people, played at double speed, the count was within one
#: on 84 % with 0.08 s and on 82 % with 0.15 s; at normal speed on 89 % and 88 %. One Euro filters
#: (Casiez et al. 2012) with fourteen settings were no better than a median of three frames.
WINDOW_S: Final = 0.08

#: Below 20 frames/s the window grows to hold three frames, because a median of fewer removes no
#: outlier, but never beyond this limit.
MAX_WINDOW_S: Final = 0.35

#: A keypoint that deviates from the median by more than this is an outlier; fraction of the body's
#: size, which is the diagonal of its bounding box.
MAX_JUMP: Final = 0.2


class Smoother:
    """Smooths each keypoint with a running median.

    A keypoint that is missing in one frame is filled in from the other frames, as long as it is
    visible in half of the window. Plain Python, because a window holds about five numbers, too few
    for arrays to be faster.

    Args:
        window_s: length of the window in seconds.
        min_score: score, 0..1, from which a keypoint counts as visible.
    """

    def __init__(self, window_s: float = WINDOW_S, min_score: float = SEEN) -> None:
        self._window_s, self._min_score = window_s, min_score
        self._leg_order = LegOrder()
        self._history: deque[tuple[float, list[Keypoint]]] = deque()

    def clear(self) -> None:
        """Drop the window, because the next pose may be another person's."""
        self._leg_order.clear()
        self._history.clear()

    def update(self, pose: Pose, time: float) -> list[Keypoint]:
        """Add the pose of a frame.

        Args:
            pose: the pose.
            time: capture time in seconds.

        Returns:
            The 17 smoothed keypoints, in the order of `KEYPOINTS`. Those that are not visible have
            NaN as coordinates, and score 0.
        """
        newest = [
            (x, y, score) if score >= self._min_score else (math.nan, math.nan, score)
            for (x, y), score in zip(pose.xy.tolist(), pose.score.tolist(), strict=True)
        ]
        newest = self._leg_order.update(newest, time)
        self._history.append((time, newest))
        while self._expired(time):
            self._history.popleft()
        frames = (keypoints for _, keypoints in self._history)
        smoothed = [_median(samples) for samples in zip(*frames, strict=True)]
        if time - self._history[0][0] > self._window_s:
            return _catch_up(smoothed, newest)
        return smoothed

    def _expired(self, now: float) -> bool:
        age = now - self._history[0][0]
        return age > MAX_WINDOW_S or (age >= self._window_s and len(self._history) > 3)


def _median(samples: tuple[Keypoint, ...]) -> Keypoint:
    """Return the median position of the visible samples, and the upper median of all scores."""
    if len(samples) == 3:
        (x1, y1, s1), (x2, y2, s2), (x3, y3, s3) = samples
        if (
            x1 + x2 + x3 == x1 + x2 + x3
        ):  # all visible, since NaN is not equal to itself: most frames
            return sorted((x1, x2, x3))[1], sorted((y1, y2, y3))[1], sorted((s1, s2, s3))[1]
    visible = [sample for sample in samples if sample[0] == sample[0]]
    count = len(visible)
    if not count or count * 2 < len(samples):
        return INVISIBLE
    xs, ys, scores = zip(*visible, strict=True)
    if count < len(samples):
        scores = tuple(sample[2] for sample in samples)
    return _middle(xs), _middle(ys), sorted(scores)[len(samples) // 2]


def _middle(values: Iterable[float]) -> float:
    ordered = sorted(values)
    count = len(ordered)
    return (ordered[(count - 1) // 2] + ordered[count // 2]) / 2


def _catch_up(smoothed: list[Keypoint], newest: list[Keypoint]) -> list[Keypoint]:
    """Use the newest position of each keypoint that is not an outlier.

    At a low frame rate the median of three frames would lag and clip the movement.

    Args:
        smoothed: the 17 medians.
        newest: the 17 keypoints of the newest frame.

    Returns:
        The 17 keypoints, with the scores of `smoothed`.
    """
    max_distance = MAX_JUMP * body_size(newest)
    return [
        (new_x, new_y, score) if math.hypot(new_x - x, new_y - y) < max_distance else (x, y, score)
        for (x, y, score), (new_x, new_y, _) in zip(smoothed, newest, strict=True)
    ]
