"""The example from which a workout is learned: what every measure showed in every frame."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from hiitpi.coach.coach import MIN_SCORE_FLOOR
from hiitpi.coach.rules.body import BodyTracker, Point
from hiitpi.coach.rules.measure import Reading
from hiitpi.coach.rules.smoothing import Smoother
from hiitpi.coach.rules.workout import Hands
from hiitpi.coach.teaching.vocabulary import WORDS
from hiitpi.errors import WorkoutError
from hiitpi.pose.keypoints import SEEN, Pose

#: An athlete is on the floor whose trunk leans by more than this, in degrees, with the hips lower
#: over the feet than this, in leg lengths. An exercise is if that is so in this fraction of the
#: frames, or if the hips are so low in almost all of them: a trunk that points at the camera has no
#: lean.
FLOOR_LEAN_DEG: Final = 50.0
FLOOR_HIPS: Final = 0.5
FLOOR_FRAMES: Final = 0.3
LOW_FRAMES: Final = 0.7

#: Hands stay in place if they travel less than this, in arm lengths, and less than half as far as
#: the shoulders.
STILL_ARMS: Final = 0.35

#: Hands are overhead that are higher over the shoulders than this, in arm lengths, in a tenth of
#: the frames.
OVERHEAD: Final = 0.4
OVERHEAD_FRAMES: Final = 0.1

#: The limits of a measure are these quantiles, so that a few wrong frames do not matter; a measure
#: must be visible in this fraction of the frames to have any.
LIMITS: Final = (0.02, 0.98)
MIN_VISIBLE: Final = 0.6

#: Gaps in a series, in seconds, that are bridged.
MAX_GAP_S: Final = 0.3

#: An example has at least this many frames with a person: a second.
MIN_FRAMES: Final = 20

Series = tuple[float, ...]

UNKNOWN: Final = (math.nan, math.nan)


@dataclass(frozen=True)
class Example:
    """An athlete who shows some repetitions.

    Attributes:
        frames: capture time in seconds and pose of each frame in which somebody was seen.
        floor: whether it is done on the floor.
        hands_stay: whether the hands stay where they are while the body moves, as in a push-up.
        hands_up: positions of the hands that occur in it, see `Workout.hands`.
        times: capture time of each frame in seconds.
        series: for each word of the vocabulary its values in all frames, of the whole body, the
            left and the right side.
    """

    frames: tuple[tuple[float, Pose], ...]
    floor: bool
    hands_stay: bool
    hands_up: tuple[Hands, ...]
    times: Series
    series: dict[str, tuple[Series, Series, Series]]

    def values(self, word: str, side: int | None = None) -> Series:
        """Return the values of a word in all frames; NaN where it is not visible.

        Args:
            word: name of the word.
            side: 0 for the left side, 1 for the right one; None for the whole body.
        """
        return self.series[word][0 if side is None else 1 + side]

    def limits(self, word: str) -> tuple[float, float]:
        """Return the lowest and the highest value of a word; NaN if it is mostly not visible."""
        known = sorted(v for v in self.values(word) if not math.isnan(v))
        if len(known) < MIN_VISIBLE * len(self.frames):
            return UNKNOWN
        low, high = (known[round(part * (len(known) - 1))] for part in LIMITS)
        return low, high

    def around(self, word: str, moment: float, seconds: float) -> tuple[float, float]:
        """Return the lowest and the highest value of a word near a moment; NaN if not visible."""
        series = zip(self.times, self.values(word), strict=True)
        near = [v for t, v in series if abs(t - moment) <= seconds and not math.isnan(v)]
        return (min(near), max(near)) if near else UNKNOWN


def follow(
    frames: Iterable[tuple[float, Pose]], min_score: float
) -> Iterator[tuple[float, BodyTracker]]:
    """Yield the time of each frame, and the athlete's body in it: always the same tracker.

    Args:
        frames: capture time in seconds and pose of each frame.
        min_score: score, 0..1, from which a keypoint counts as visible.
    """
    smoother, body = Smoother(min_score=min_score), BodyTracker()
    for time, pose in frames:
        body.update(smoother.update(pose, time), time)
        yield time, body


def measure_example(frames: Sequence[tuple[float, Pose | None]]) -> Example:
    """Measure an example.

    Args:
        frames: capture time in seconds and pose of each frame; None if nobody was seen.

    Raises:
        WorkoutError: nobody was seen for long enough.
    """
    seen = tuple((time, pose) for time, pose in frames if pose is not None)
    if len(seen) < MIN_FRAMES:
        raise WorkoutError("The camera saw nobody, or for less than a second.")
    readings, joints = _measured(seen, MIN_SCORE_FLOOR)
    low = [reading.value < FLOOR_HIPS for reading in readings["hips"]]
    leans = [reading.value > FLOOR_LEAN_DEG for reading in readings["trunk"]]
    down = sum(a and b for a, b in zip(low, leans, strict=True))
    floor = down > FLOOR_FRAMES * len(seen) or sum(low) > LOW_FRAMES * len(seen)
    if not floor:
        readings, joints = _measured(seen, SEEN)
    overhead = sum(reading.value > OVERHEAD for reading in readings["hands"])
    times = tuple(time for time, _ in seen)
    return Example(
        frames=seen,
        floor=floor,
        hands_stay=_hands_stay(joints),
        hands_up=("overhead",) if overhead > OVERHEAD_FRAMES * len(seen) else (),
        times=times,
        series={name: _series(times, of_word) for name, of_word in readings.items()},
    )


@dataclass(frozen=True)
class _Joints:
    """Where hands and shoulders were in each frame, and the length of an arm; in pixels."""

    wrists: list[Point]
    shoulders: list[Point]
    arm: float


def _measured(
    frames: Sequence[tuple[float, Pose]], min_score: float
) -> tuple[dict[str, tuple[Reading, ...]], _Joints]:
    readings: dict[str, list[Reading]] = {word.name: [] for word in WORDS}
    wrists, shoulders = [], []
    for _, body in follow(frames, min_score):
        wrists.append(body.middle("wrist"))
        shoulders.append(body.middle("shoulder"))
        for word in WORDS:
            value = word.measure.read(body).value
            sides = (word.measure.of(body, s).value for s in (0, 1)) if word.sided else ()
            readings[word.name].append(Reading(value, *sides))
    joints = _Joints(wrists, shoulders, body.length("arm"))  # of the last frame: the usual one
    return {name: tuple(values) for name, values in readings.items()}, joints


def _hands_stay(joints: _Joints) -> bool:
    hands = _travel(joints.wrists)
    return hands < STILL_ARMS * joints.arm and hands < _travel(joints.shoulders) / 2


def _travel(points: Sequence[Point]) -> float:
    """Return the size in pixels of the box in which a joint moves, without the outer tenths."""
    spans = []
    for axis in (0, 1):
        values = sorted(p[axis] for p in points if not math.isnan(p[axis]))
        if not values:
            return math.inf
        last = len(values) - 1
        spans.append(values[int(0.9 * last)] - values[int(0.1 * last)])
    return math.hypot(*spans)


def _series(times: Series, readings: Sequence[Reading]) -> tuple[Series, Series, Series]:
    """Return the values of the whole body, the left and the right side, without short gaps."""
    whole, left, right = zip(*((r.value, r.left, r.right) for r in readings), strict=True)
    return _bridged(times, whole), _bridged(times, left), _bridged(times, right)


def _bridged(times: Series, values: Series) -> Series:
    """Fill short gaps by a straight line."""
    filled, last = list(values), -1
    for i, value in enumerate(values):
        if math.isnan(value):
            continue
        if 0 <= last < i - 1 and times[i] - times[last] <= MAX_GAP_S:
            for j in range(last + 1, i):
                part = (times[j] - times[last]) / (times[i] - times[last])
                filled[j] = values[last] + part * (value - values[last])
        last = i
    return tuple(filled)
