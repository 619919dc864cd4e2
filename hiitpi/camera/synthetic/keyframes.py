"""Keyframe animation: poses of trunk, hands and feet, and the interpolation between them.

Coordinates are those of `skeleton`, in metres: x to the right of the frame, y up, z towards the
camera. Seen from the side the athlete faces the left of the frame, so the left half of its body is
nearer to the camera.
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

#: Height of the hips over straight legs, metres.
STANDING_HEIGHT: Final = (THIGH + SHIN) * 0.985 + ANKLE


@dataclass(frozen=True, eq=False)
class Keyframe:
    """One pose of an animation.

    Attributes:
        pelvis: middle of the hips.
        up: direction of the trunk.
        front: direction in which the chest faces.
        bend: direction in which the knees point; None for ahead and a little outward.
        left_foot: left ankle.
        right_foot: right ankle.
        left_hand: left wrist.
        right_hand: right wrist.
    """

    pelvis: Vector
    up: Vector
    front: Vector
    bend: Vector | None
    left_foot: Vector
    right_foot: Vector
    left_hand: Vector
    right_hand: Vector

    def skeleton(self) -> Skeleton:
        """Return the skeleton in this pose."""
        up = unit(self.up)
        front = unit(self.front - up * (self.front @ up))
        left, chest = np.cross(up, front), self.pelvis + up * TRUNK

        def reach(sign: int, hand: Vector) -> Reach:
            offset = hand - chest
            return Reach(float(offset @ left) * sign, float(offset @ up), float(offset @ front))

        return Skeleton(
            self.pelvis,
            (self.left_foot, self.right_foot),
            (reach(1, self.left_hand), reach(-1, self.right_hand)),
            up,
            front,
            knees=0.5,
            bend=self.bend,
        )

    def interpolate(self, other: "Keyframe", fraction: float) -> "Keyframe":
        """Interpolate linearly.

        Args:
            other: the keyframe at fraction 1; this one is at 0.
            fraction: 0..1.
        """

        def lerp(a: Vector, b: Vector) -> Vector:
            return a * (1 - fraction) + b * fraction

        bend = None if self.bend is None or other.bend is None else lerp(self.bend, other.bend)
        return Keyframe(
            lerp(self.pelvis, other.pelvis),
            lerp(self.up, other.up),
            lerp(self.front, other.front),
            bend,
            lerp(self.left_foot, other.left_foot),
            lerp(self.right_foot, other.right_foot),
            lerp(self.left_hand, other.left_hand),
            lerp(self.right_hand, other.right_hand),
        )


def animate(*keyframes: tuple[float, Keyframe]) -> Callable[[float, float, float], Skeleton]:
    """Return the pose function of an animation through keyframes; see `Animation.pose`.

    A repetition of smaller extent is interpolated between the first keyframe and the full movement;
    the smaller extent of both sides applies.

    Args:
        keyframes: pairs (phase, keyframe) in ascending order; the first has phase 0.
    """

    def pose(phase: float, left: float, right: float) -> Skeleton:
        last = len(keyframes) - 1
        following = next((i for i, (at, _) in enumerate(keyframes) if at > phase), last)
        (begin, start), (end, target) = keyframes[max(following - 1, 0)], keyframes[following]
        fraction = min(1.0, (phase - begin) / (end - begin)) if end > begin else 0.0
        keyframe = start.interpolate(target, (1 - math.cos(math.pi * fraction)) / 2)
        return keyframes[0][1].interpolate(keyframe, min(left, right)).skeleton()

    return pose


def animate_round_trip(
    *keyframes: tuple[float, Keyframe],
) -> Callable[[float, float, float], Skeleton]:
    """Return the pose function of a symmetric animation: forward and then in reverse.

    Args:
        keyframes: pairs (phase, keyframe) of the first half, in ascending order up to phase 0.5.
    """
    reverse = [(1 - at, keyframe) for at, keyframe in reversed(keyframes) if at < 0.5]
    return animate(*keyframes, *reverse)


def mirrored(keyframe: Keyframe, from_side: bool = False) -> Keyframe:
    """Return a keyframe with left and right exchanged.

    Args:
        keyframe: the keyframe.
        from_side: whether the athlete is seen from the side instead of from the front.
    """
    flip = vector(1, 1, -1) if from_side else vector(-1, 1, 1)
    return Keyframe(
        keyframe.pelvis * flip,
        keyframe.up * flip,
        keyframe.front * flip,
        None if keyframe.bend is None else keyframe.bend * flip,
        keyframe.right_foot * flip,
        keyframe.left_foot * flip,
        keyframe.right_hand * flip,
        keyframe.left_hand * flip,
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
    """Return a keyframe of an athlete who faces the camera.

    All points and directions are (x, y, z).

    Args:
        pelvis: middle of the hips.
        up: direction of the trunk.
        front: direction in which the chest faces.
        bend: direction in which the knees point; None for ahead and a little outward.
        feet: left and right ankle; by default under the hips.
        hands: left and right wrist; by default hanging down.
    """
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
    """Return a keyframe of an athlete seen from the side, who faces left.

    All points and directions are (x, y).

    Args:
        pelvis: middle of the hips.
        up: direction of the trunk.
        front: direction in which the chest faces.
        bend: direction in which the knees point.
        feet: left and right ankle; by default under the hips.
        hands: both wrists, or left and right wrist; by default hanging down.
    """
    x, y = pelvis
    feet = feet or ((x, ANKLE), (x, ANKLE))
    hands = hands or (x - 0.06, y + 0.0)
    pair = hands if isinstance(hands[0], tuple) else (hands, hands)
    foot_z = HIPS + 0.02, -HIPS - 0.02
    hand_z = SHOULDERS + 0.03, -SHOULDERS - 0.03
    ankles = [vector(*foot, z) for foot, z in zip(feet, foot_z, strict=True)]
    wrists = [vector(*hand, z) for hand, z in zip(pair, hand_z, strict=True)]
    trunk, ahead, knees = (vector(*v, 0) for v in (up, front, bend))
    return Keyframe(vector(*pelvis, 0), trunk, ahead, knees, *ankles, *wrists)


def shifted(keyframe: Keyframe, by: Vector) -> Keyframe:
    """Return a keyframe moved as a whole by a vector.

    Args:
        keyframe: the keyframe.
        by: displacement, metres.
    """
    return replace(
        keyframe,
        pelvis=keyframe.pelvis + by,
        left_foot=keyframe.left_foot + by,
        right_foot=keyframe.right_foot + by,
        left_hand=keyframe.left_hand + by,
        right_hand=keyframe.right_hand + by,
    )
