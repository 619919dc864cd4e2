"""The 3D skeleton of the synthetic athlete.

Coordinates are in metres: x to the right of the frame, y up, z towards the camera.

When it faces the camera, the athlete's left is at +x. Segment lengths are those of a person of
1.76 m after Drillis and Contini (1966), "Body Segment Parameters": upper arm 0.186, forearm 0.146,
thigh 0.245, shin 0.246 of the height, rounded.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

UPPER_ARM: Final = 0.29
FOREARM: Final = 0.25
HAND: Final = 0.17
THIGH: Final = 0.43
SHIN: Final = 0.41
FOOT: Final = 0.19
ANKLE: Final = 0.085  # height of the ankle above the floor
TRUNK: Final = 0.50  # hip line to shoulder line
NECK: Final = 0.075
HEAD: Final = 0.25
SHOULDERS: Final = 0.175  # half of the shoulder line
HIPS: Final = 0.095  # half of the hip line


def vector(x: float, y: float, z: float) -> Vector:
    """Return a point or direction as float64 (3,)."""
    return np.array((x, y, z), float)


def unit(v: Vector) -> Vector:
    """Return `v` scaled to length 1."""
    direction: Vector = v / (np.linalg.norm(v) + 1e-9)
    return direction


@dataclass(frozen=True)
class Arm:
    """The position of an arm as joint angles, in degrees.

    Attributes:
        side: angle between arm and trunk: 0 hanging, 90 level, 180 overhead.
        front: rotation of the plane of `side` to the front.
        bend: flexion of the elbow, in the direction of `side`.
    """

    side: float
    front: float = 6.0
    bend: float = 12.0


@dataclass(frozen=True)
class Reach:
    """The position of an arm as that of its hand, relative to the middle of the shoulders, metres.

    Attributes:
        out: outward, to the side of the arm.
        up: along the trunk.
        front: in the direction in which the chest faces.
    """

    out: float
    up: float
    front: float


class Skeleton:
    """All joints of one pose, computed by inverse kinematics; pairs are (left, right).

    Args:
        pelvis: middle of the hips.
        feet: the ankles.
        arms: positions of the arms.
        up: direction of the trunk, from hips to shoulders; None for upright.
        front: direction in which the chest faces; None for towards the camera.
        knees: how far the knees point outward; 0 for straight ahead.
        toes: how far the toes point outward; 0 for straight ahead.
        bend: direction in which the knees point; None for ahead and outward by `knees`.
    """

    def __init__(
        self,
        pelvis: Vector,
        feet: tuple[Vector, Vector],
        arms: tuple[Arm | Reach, Arm | Reach],
        up: Vector | None = None,
        front: Vector | None = None,
        knees: float = 0.3,
        toes: float = 0.45,
        bend: Vector | None = None,
    ) -> None:
        self.up = unit(vector(0, 1, 0) if up is None else up)
        ahead = vector(0, 0, 1) if front is None else front
        self.front = unit(ahead - self.up * (ahead @ self.up))
        self.left = np.cross(self.up, self.front)
        self.pelvis = pelvis
        self.chest = pelvis + self.up * TRUNK
        self.hips = (pelvis + self.left * HIPS, pelvis - self.left * HIPS)
        level = unit(vector(ahead[0], 0, ahead[2]))
        aside = np.cross(vector(0, 1, 0), level)
        self.knees, self.ankles, self.toes = [], [], []
        for sign, hip, foot in zip((1, -1), self.hips, feet, strict=True):
            pole = level + sign * knees * aside if bend is None else bend
            knee, ankle = two_bones(hip, foot, THIGH, SHIN, pole)
            self.knees.append(knee)
            self.ankles.append(ankle)
            down = vector(0, -0.3, 0)
            self.toes.append(ankle + unit(level + sign * toes * aside + down) * FOOT)
        self.shoulders: list[Vector] = []
        self.elbows: list[Vector] = []
        self.wrists: list[Vector] = []
        self.hands: list[Vector] = []
        for sign, arm in zip((1, -1), arms, strict=True):
            self._arm(sign, arm)
        self.neck = self.chest + self.up * 0.03
        nod = unit(self.up + vector(0, 1, 0) * 1.5 * max(float(self.up[1]), 0.0))
        self.head = self.neck + nod * (NECK + HEAD * 0.5)
        self.crown = nod
        self.face = unit(self.front - nod * (self.front @ nod))

    def _arm(self, sign: int, arm: Arm | Reach) -> None:
        shoulder = self.chest + self.left * (sign * SHOULDERS)
        if isinstance(arm, Arm):
            # The shoulder blade rotates with the arm: the shoulder rises as the arm goes overhead.
            raised = (1 - math.cos(math.radians(arm.side))) / 2
            shoulder = shoulder + self.left * (-sign * 0.035 * raised) + self.up * 0.055 * raised
            elbow = shoulder + self._direction(sign, arm.side, arm.front) * UPPER_ARM
            wrist = elbow + self._direction(sign, arm.side + arm.bend, arm.front + 8) * FOREARM
        else:
            target = self.chest + self.left * (sign * arm.out) + self.up * arm.up
            target = target + self.front * arm.front
            pole = self.left * sign - self.up * 1.1
            elbow, wrist = two_bones(shoulder, target, UPPER_ARM, FOREARM, pole)
        self.shoulders.append(shoulder)
        self.elbows.append(elbow)
        self.wrists.append(wrist)
        self.hands.append(wrist + unit(wrist - elbow) * HAND)

    def _direction(self, sign: int, side: float, front: float) -> Vector:
        a, f = math.radians(side), math.radians(front)
        flat = self.left * (sign * math.sin(a)) - self.up * math.cos(a)
        return unit(flat * math.cos(f) + self.front * math.sin(f))


def two_bones(
    start: Vector, end: Vector, first: float, second: float, pole: Vector
) -> tuple[Vector, Vector]:
    """Solve the inverse kinematics of a chain of two bones.

    Args:
        start: where the chain begins.
        end: where it is to end.
        first: length of the first bone, metres.
        second: length of the second bone, metres.
        pole: direction in which the middle joint bends.

    Returns:
        The middle joint; and the end, which is as close to `end` as the bones reach.
    """
    offset = end - start
    distance = min(float(np.linalg.norm(offset)), (first + second) * 0.9995)
    along = unit(offset)
    x = (first**2 - second**2 + distance**2) / (2 * distance)
    height = math.sqrt(max(first**2 - x**2, 0.0))
    across = unit(pole - along * (pole @ along))
    return start + along * x + across * height, start + along * distance
