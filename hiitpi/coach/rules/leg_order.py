"""Corrects the left and right leg where a pose model confuses them for some frames."""

import math
from collections.abc import Sequence
from typing import Final

from hiitpi.pose.keypoints import SIDES, Keypoint, body_size

#: Indices of the knee and the ankle of each leg.
LEGS: Final = tuple((SIDES["knee"][side], SIDES["ankle"][side]) for side in (0, 1))

#: The legs are exchanged if that leaves at most this fraction of their distance from where they
#: were expected. Chosen on 101 recordings of some 60 people: with 0.4, 0.45 and 0.5 fewer mountain
#: climbers are miscounted and nothing else changes; with 0.75, legs that cross are exchanged too.
MAX_RATIO: Final = 0.45

#: ... and if they are further from there than this fraction of the body's size: the sum of the four
#: distances. Nearer, the confusion does no harm.
MIN_DISTANCE: Final = 0.15

#: Frames further apart than this (seconds) do not tell where a leg is expected. At 10 frames/s,
#: half a repetition of a fast athlete lies between two frames.
MAX_INTERVAL_S: Final = 0.07

#: After this many seconds the model is believed: then its earlier frames were the wrong ones.
MAX_EXCHANGED_S: Final = 0.3

#: So many frames must agree on the legs before one that differs is corrected.
MIN_AGREEING_FRAMES: Final = 3

#: A leg is expected to keep this fraction of its velocity until the next frame.
KEPT_VELOCITY: Final = 0.7

Point = tuple[float, float]


class LegOrder:
    """Follows the knees and ankles, and exchanges left and right if the model did.

    Mountain climbers are seen from the side, where the legs cover each other twice in a repetition.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget the legs, because the next pose may be another person's."""
        self._points: list[Point] = []
        self._velocities: list[Point] = [(0.0, 0.0)] * 4
        self._time = self._named_right_at = -math.inf
        self._agreeing_frames = 0

    def update(self, keypoints: list[Keypoint], time: float) -> list[Keypoint]:
        """Process a frame.

        Args:
            keypoints: the 17 keypoints.
            time: capture time in seconds.

        Returns:
            The keypoints, in which the legs may be exchanged.
        """
        points = [keypoints[i][:2] for leg in LEGS for i in leg]
        if any(x != x for x, _ in points):  # NaN is not equal to itself
            return keypoints
        elapsed = time - self._time
        known = bool(self._points) and 0 < elapsed <= MAX_INTERVAL_S
        exchanged = known and self._are_exchanged(points, elapsed, keypoints)
        if exchanged and (
            self._agreeing_frames < MIN_AGREEING_FRAMES
            or time - self._named_right_at > MAX_EXCHANGED_S
        ):
            exchanged = known = False  # believe the model
            self._agreeing_frames = 0
        if exchanged:
            points = _exchange(points)
        else:
            self._named_right_at = time
            self._agreeing_frames += 1
        self._velocities = [
            ((x - old_x) / elapsed, (y - old_y) / elapsed) if known else (0.0, 0.0)
            for (x, y), (old_x, old_y) in zip(points, self._points or points, strict=True)
        ]
        self._points, self._time = points, time
        if not exchanged:
            return keypoints
        corrected = list(keypoints)
        for left, right in zip(*LEGS, strict=True):
            corrected[left], corrected[right] = keypoints[right], keypoints[left]
        return corrected

    def _are_exchanged(
        self, points: list[Point], elapsed: float, keypoints: list[Keypoint]
    ) -> bool:
        kept = KEPT_VELOCITY * elapsed
        expected = [
            (x + vx * kept, y + vy * kept)
            for (x, y), (vx, vy) in zip(self._points, self._velocities, strict=True)
        ]
        as_named = _distance(points, expected)
        if _distance(_exchange(points), expected) >= MAX_RATIO * as_named:
            return False
        return as_named > MIN_DISTANCE * body_size(keypoints)


def _exchange(points: list[Point]) -> list[Point]:
    """Return the points of the right leg before those of the left, or the other way round."""
    return points[2:] + points[:2]


def _distance(points: Sequence[Point], others: Sequence[Point]) -> float:
    return sum(math.dist(a, b) for a, b in zip(points, others, strict=True))
