"""Stick figures: poses defined by angles, and animations of them, for tests without a camera."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hiitpi.pose.keypoints import KEYPOINTS, Pose

TORSO, SHIN, UPPER_ARM, FOREARM = 100.0, 80.0, 55.0, 50.0


@dataclass(frozen=True)
class Figure:
    """A pose seen from the front.

    Attributes:
        arms: angles of the (left, right) upper arms in degrees, 0 hanging, 180 overhead.
        feet: distance between the ankles in trunk lengths.
        depth: height of the hips above the knees in shin lengths: 1 standing, 0 thighs level.
        lean: sideways lean of the trunk in degrees.
        knees: how far the knees move outward in a squat, in pixels at depth 0.
        hidden: joints (for example "ankle") that are not visible.
    """

    arms: tuple[float, float] = (15.0, 15.0)
    feet: float = 0.3
    depth: float = 1.0
    lean: float = 0.0
    knees: float = 30.0
    hidden: frozenset[str] = frozenset()

    def pose(self, scale: float = 1.0, x: float = 320.0, y: float = 400.0) -> Pose:
        """Return the keypoints in pixels.

        Args:
            scale: pixels per unit of length.
            x: horizontal centre of the feet.
            y: height of the floor in the image.
        """
        points = self._points()
        xy = np.array([points[name] for name in KEYPOINTS]) * scale + (x, y)
        scores = [0.05 if name.split("_")[-1] in self.hidden else 0.9 for name in KEYPOINTS]
        return Pose(xy.astype(np.float32), np.array(scores, np.float32), 0.9)

    def _points(self) -> dict[str, tuple[float, float]]:
        turn = math.radians(self.lean)
        hip_y = -SHIN - SHIN * self.depth
        top = TORSO * math.sin(turn), hip_y - TORSO * math.cos(turn)
        points = {"nose": (top[0], top[1] - 35)}
        for side, sign, arm in (("left", 1, self.arms[0]), ("right", -1, self.arms[1])):
            foot = sign * self.feet * TORSO / 2
            shoulder = top[0] + sign * 25, top[1]
            # The arm's angle is measured from the line from shoulder to hip.
            hip = sign * 15.0, hip_y
            down = math.atan2(hip[0] - shoulder[0], hip[1] - shoulder[1])
            out = down + sign * math.radians(arm)
            elbow = _offset(shoulder, out, UPPER_ARM)
            points |= {
                f"{side}_eye": (top[0] + sign * 6, top[1] - 40),
                f"{side}_ear": (top[0] + sign * 11, top[1] - 36),
                f"{side}_shoulder": shoulder,
                f"{side}_elbow": elbow,
                f"{side}_wrist": _offset(elbow, out, FOREARM),
                f"{side}_hip": hip,
                f"{side}_knee": (
                    foot * 0.8 + hip[0] * 0.2 + sign * self.knees * (1 - self.depth),
                    -SHIN,
                ),
                f"{side}_ankle": (foot, 0.0),
            }
        return points


CLOSED = Figure()
OPEN = Figure(arms=(150, 150), feet=1.2)
STANDING = Figure(feet=0.5)
DOWN = Figure(feet=0.5, depth=0.1)


def _offset(start: tuple[float, float], angle: float, length: float) -> tuple[float, float]:
    """Return the point at a distance and an angle (radians from straight down) from `start`."""
    return start[0] + length * math.sin(angle), start[1] + length * math.cos(angle)


def between(a: Figure, b: Figure, fraction: float) -> Figure:
    """Interpolate between two figures: 0 returns `a`, 1 returns `b`."""

    def mix(x: float, y: float) -> float:
        return x + (y - x) * fraction

    return replace(
        a,
        arms=(mix(a.arms[0], b.arms[0]), mix(a.arms[1], b.arms[1])),
        feet=mix(a.feet, b.feet),
        depth=mix(a.depth, b.depth),
        lean=mix(a.lean, b.lean),
        hidden=a.hidden | b.hidden,
    )


def film(
    *stops: tuple[float, Figure | None], fps: float = 30.0, start: Figure = CLOSED
) -> Iterator[tuple[float, Figure | None]]:
    """Yield (time in seconds, figure) for each frame of a figure that moves linearly between stops.

    The first and the last figure are held for half a second.

    Args:
        stops: (seconds to get there, figure); None as the figure means that nobody is in view
            during these seconds.
        fps: frames per second.
        start: the first figure.
    """
    figure, begin, frame = start, 0.5, 0
    while frame / fps < begin:
        yield frame / fps, start
        frame += 1
    for seconds, target in stops:
        while frame / fps < begin + seconds:
            fraction = (frame / fps - begin) / seconds
            yield frame / fps, None if target is None else between(figure, target, fraction)
            frame += 1
        begin += seconds
        figure = target or figure
    for _ in range(int(0.5 * fps)):
        yield frame / fps, figure
        frame += 1


def cycle(
    far: Figure, near: Figure, seconds: float = 1.0, times: int = 1
) -> Sequence[tuple[float, Figure]]:
    """Return stops for `film`: repetitions from `near` to `far` and back.

    Args:
        far: the figure in the middle of a repetition.
        near: the figure at its start and end.
        seconds: duration of a repetition.
        times: number of repetitions.
    """
    return [(seconds / 2, far), (seconds / 2, near)] * times
