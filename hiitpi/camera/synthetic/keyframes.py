"""Movements as a row of stances: where trunk, hands and feet are at a few moments of each.

Metres, as in `body`: x to the right of the picture, y up, z towards the camera. From the side the
athlete faces the left of the picture; the left half of the body is nearer to the camera then.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from hiitpi.camera.synthetic.skeleton import (
    ANKLE,
    HIPS,
    SHIN,
    SHOULDERS,
    THIGH,
    TRUNK,
    Reach,
    Skeleton,
    Vector,
    unit,
    vector,
)

#: Height of the hips over straight legs.
STANDS: Final = (THIGH + SHIN) * 0.985 + ANKLE


@dataclass(frozen=True, eq=False)
class Keyframe:
    """One moment.

    Attributes:
        pelvis: middle of the hips.
        up: direction of the trunk.
        front: where the chest faces.
        bend: where the knees point; None: ahead and a little outward.
        left_foot, right_foot: ankles.
        left_hand, right_hand: wrists.
    """

    pelvis: Vector
    up: Vector
    front: Vector
    bend: Vector | None
    left_foot: Vector
    right_foot: Vector
    left_hand: Vector
    right_hand: Vector

    def body(self) -> Skeleton:
        """The body that stands like this."""
        up = unit(self.up)
        front = unit(self.front - up * (self.front @ up))
        left, chest = np.cross(up, front), self.pelvis + up * TRUNK

        def hold(sign: int, hand: Vector) -> Reach:
            way = hand - chest
            return Reach(float(way @ left) * sign, float(way @ up), float(way @ front))

        return Skeleton(
            self.pelvis,
            (self.left_foot, self.right_foot),
            (hold(1, self.left_hand), hold(-1, self.right_hand)),
            up,
            front,
            knees=0.5,
            bend=self.bend,
        )

    def towards(self, other: "Keyframe", part: float) -> "Keyframe":
        """On the way from here (0) to `other` (1)."""

        def mix(a: Vector, b: Vector) -> Vector:
            return a * (1 - part) + b * part

        knees = None if self.bend is None or other.bend is None else mix(self.bend, other.bend)
        return Keyframe(
            mix(self.pelvis, other.pelvis),
            mix(self.up, other.up),
            mix(self.front, other.front),
            knees,
            mix(self.left_foot, other.left_foot),
            mix(self.right_foot, other.right_foot),
            mix(self.left_hand, other.left_hand),
            mix(self.right_hand, other.right_hand),
        )


def along(*stops: tuple[float, Keyframe]) -> Callable[[float, float, float], Skeleton]:
    """The pose of a movement that passes `stops`, (phase, stance); the first is at phase 0.

    A half-hearted one goes as far as told from the first stance on.
    """

    def pose(phase: float, left: float, right: float) -> Skeleton:
        later = next((i for i, (at, _) in enumerate(stops) if at > phase), len(stops) - 1)
        (begin, here), (end, there) = stops[max(later - 1, 0)], stops[later]
        part = min(1.0, (phase - begin) / (end - begin)) if end > begin else 0.0
        stance = here.towards(there, (1 - math.cos(math.pi * part)) / 2)
        return stops[0][1].towards(stance, min(left, right)).body()

    return pose


def there_and_back(*stops: tuple[float, Keyframe]) -> Callable[[float, float, float], Skeleton]:
    """Like `along`, and back the same way; phase 0.5 is the far end."""
    back = [(1 - at, stance) for at, stance in reversed(stops) if at < 0.5]
    return along(*stops, *back)


def mirrored(stance: Keyframe, from_side: bool = False) -> Keyframe:
    """The same with left and right exchanged: seen from the front, or from the side."""
    flip = vector(1, 1, -1) if from_side else vector(-1, 1, 1)
    return Keyframe(
        stance.pelvis * flip,
        stance.up * flip,
        stance.front * flip,
        None if stance.bend is None else stance.bend * flip,
        stance.right_foot * flip,
        stance.left_foot * flip,
        stance.right_hand * flip,
        stance.left_hand * flip,
    )


def facing(
    pelvis: tuple[float, float, float],
    *,
    up: tuple[float, float, float] = (0, 1, 0),
    front: tuple[float, float, float] = (0, 0, 1),
    bend: tuple[float, float, float] | None = None,
    feet: tuple[tuple[float, float, float], tuple[float, float, float]] | None = None,
    hands: tuple[tuple[float, float, float], tuple[float, float, float]] | None = None,
) -> Keyframe:
    """Towards the camera; without more, feet under the hips and hands hanging."""
    x, y, z = pelvis
    feet = feet or ((x + 0.12, ANKLE, z), (x - 0.12, ANKLE, z))
    hands = hands or ((x + 0.27, y + 0.02, z + 0.08), (x - 0.27, y + 0.02, z + 0.08))
    points = [vector(*p) for p in (*feet, *hands)]
    knees = None if bend is None else vector(*bend)
    return Keyframe(vector(*pelvis), vector(*up), vector(*front), knees, *points)


def sideways(
    pelvis: tuple[float, float],
    *,
    up: tuple[float, float] = (0, 1),
    front: tuple[float, float] = (-1, 0),
    bend: tuple[float, float] = (-1, 0),
    feet: tuple[tuple[float, float], tuple[float, float]] | None = None,
    hands: tuple[float, float] | tuple[tuple[float, float], tuple[float, float]] | None = None,
) -> Keyframe:
    """From the side, facing left: (x, y) of each; hands together, or (left, right)."""
    x, y = pelvis
    feet = feet or ((x, ANKLE), (x, ANKLE))
    hands = hands or (x - 0.06, y + 0.0)
    pair = hands if isinstance(hands[0], tuple) else (hands, hands)
    apart = HIPS + 0.02, -HIPS - 0.02
    at_feet = [vector(*foot, z) for foot, z in zip(feet, apart, strict=True)]
    at_hands = [
        vector(*hand, z)
        for hand, z in zip(pair, (SHOULDERS + 0.03, -SHOULDERS - 0.03), strict=True)
    ]
    trunk, ahead, knees = (vector(*v, 0) for v in (up, front, bend))
    return Keyframe(vector(*pelvis, 0), trunk, ahead, knees, *at_feet, *at_hands)


def shifted(stance: Keyframe, by: Vector) -> Keyframe:
    """The same somewhere else."""
    return replace(
        stance,
        pelvis=stance.pelvis + by,
        left_foot=stance.left_foot + by,
        right_foot=stance.right_foot + by,
        left_hand=stance.left_hand + by,
        right_hand=stance.right_hand + by,
    )
