"""Stick figures: poses made of angles, and films of them. The coach's world without a camera."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hiitpi.pose.keypoints import KEYPOINTS, Pose

TORSO, SHIN, UPPER_ARM, FOREARM = 100.0, 80.0, 55.0, 50.0


@dataclass(frozen=True)
class Figure:
    """One pose, seen from the front.

    Attributes:
        arms: degrees of the upper arms, 0 hanging, 180 overhead; (left, right).
        feet: distance of the ankles in trunk lengths.
        depth: height of the hips over the knees in shin lengths: 1 standing, 0 thighs level.
        lean: of the trunk to the side, degrees.
        knees: how far they go outward in a squat, pixels at depth 0.
        hidden: joints ("ankle") that are not seen.
    """

    arms: tuple[float, float] = (15.0, 15.0)
    feet: float = 0.3
    depth: float = 1.0
    lean: float = 0.0
    knees: float = 30.0
    hidden: frozenset[str] = frozenset()

    def pose(self, scale: float = 1.0, x: float = 320.0, y: float = 400.0) -> Pose:
        """The keypoints, `scale` pixels a unit, the floor's middle at (x, y)."""
        points = self._points()
        xy = np.array([points[name] for name in KEYPOINTS]) * scale + (x, y)
        seen = [0.05 if name.split("_")[-1] in self.hidden else 0.9 for name in KEYPOINTS]
        return Pose(xy.astype(np.float32), np.array(seen, np.float32), 0.9)

    def _points(self) -> dict[str, tuple[float, float]]:
        turn = math.radians(self.lean)
        hip_y = -SHIN - SHIN * self.depth
        top = TORSO * math.sin(turn), hip_y - TORSO * math.cos(turn)
        points = {"nose": (top[0], top[1] - 35)}
        for side, sign, arm in (("left", 1, self.arms[0]), ("right", -1, self.arms[1])):
            foot = sign * self.feet * TORSO / 2
            shoulder = top[0] + sign * 25, top[1]
            # The arm's angle is measured from the line shoulder-hip.
            hip = sign * 15.0, hip_y
            down = math.atan2(hip[0] - shoulder[0], hip[1] - shoulder[1])
            out = down + sign * math.radians(arm)
            elbow = _go(shoulder, out, UPPER_ARM)
            points |= {
                f"{side}_eye": (top[0] + sign * 6, top[1] - 40),
                f"{side}_ear": (top[0] + sign * 11, top[1] - 36),
                f"{side}_shoulder": shoulder,
                f"{side}_elbow": elbow,
                f"{side}_wrist": _go(elbow, out, FOREARM),
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


def _go(start: tuple[float, float], angle: float, length: float) -> tuple[float, float]:
    return start[0] + length * math.sin(angle), start[1] + length * math.cos(angle)


def between(a: Figure, b: Figure, part: float) -> Figure:
    """The figure on the way from `a` (0) to `b` (1)."""

    def mix(x: float, y: float) -> float:
        return x + (y - x) * part

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
    """Frames (time, figure) of a body that moves evenly from stop to stop.

    Args:
        stops: (seconds to get there, figure); None as a figure: nobody is in view for so long.
        fps: frames a second.
        start: the first figure, held for half a second.
    """
    here, begin, frame = start, 0.5, 0
    while frame / fps < begin:
        yield frame / fps, start
        frame += 1
    for seconds, there in stops:
        while frame / fps < begin + seconds:
            part = (frame / fps - begin) / seconds
            yield frame / fps, None if there is None else between(here, there, part)
            frame += 1
        begin += seconds
        here = there or here
    for _ in range(int(0.5 * fps)):
        yield frame / fps, here
        frame += 1


def cycle(
    far: Figure, near: Figure, seconds: float = 1.0, times: int = 1
) -> Sequence[tuple[float, Figure]]:
    """Stops of `times` repetitions from `near` to `far` and back."""
    return [(seconds / 2, far), (seconds / 2, near)] * times
