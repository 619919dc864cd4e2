"""Animations of the synthetic athlete: its pose at each phase of a repetition of each workout."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from hiitpi.camera.synthetic import exercises
from hiitpi.camera.synthetic.skeleton import (
    ANKLE,
    FOREARM,
    HIPS,
    SHIN,
    THIGH,
    TRUNK,
    UPPER_ARM,
    Arm,
    Reach,
    Skeleton,
    Vector,
    unit,
    vector,
)


@dataclass(frozen=True)
class Animation:
    """A cycle that starts and ends in the same pose: one repetition, or one with each side in turn.

    Attributes:
        pose: the body as a function of the phase, 0..1 of the cycle, and of the extent of the
            movement of the left and of the right side, 0..1 of a full repetition.
        pace: repetitions per minute.
        rest: fraction of the cycle, 0..1, spent in the starting pose.
        reps: repetitions per cycle.
        symmetric: whether the second half of the cycle is the first half in reverse, so that it
            needs no frames of its own.
        lead_s: seconds in the starting pose before the first repetition.
        needs_both_sides: whether a repetition with one side only does not count.
    """

    pose: Callable[[float, float, float], Skeleton]
    pace: float
    rest: float = 0.12
    reps: int = 1
    symmetric: bool = True
    lead_s: float = 1.5
    needs_both_sides: bool = False


def _excursion(phase: float) -> float:
    """Return the distance from the starting pose: 0 at phases 0 and 1, and 1 at phase 0.5."""
    return (1 - math.cos(2 * math.pi * phase)) / 2


def pelvis_height(foot: float, hop: float = 0.0) -> float:
    """Return the height of the pelvis over straight legs, metres.

    Args:
        foot: distance of each foot from the middle, metres.
        hop: height of the feet above the floor, metres.
    """
    leg = (THIGH + SHIN) * 0.995
    return math.sqrt(leg**2 - (foot - HIPS) ** 2) + ANKLE + hop


def _lerp(a: float, b: float, fraction: float) -> float:
    """Interpolate linearly from `a` (fraction 0) to `b` (fraction 1)."""
    return a + (b - a) * fraction


def jumping_jack(phase: float, left: float, right: float) -> Skeleton:
    """Return a pose between feet together, arms down, and feet wide, hands overhead.

    Args:
        phase: see `Animation.pose`; likewise the others.
        left: extent of the left arm and of the legs.
        right: extent of the right arm.
    """
    part = left * _excursion(phase)
    foot = _lerp(0.10, 0.40, part)
    hop = 0.05 * math.sin(math.pi * part)
    sides = part, right * _excursion(phase)
    arms = [Arm(side=_lerp(10, 166, p), bend=_lerp(12, 14, p)) for p in sides]
    return Skeleton(
        pelvis=vector(0, pelvis_height(foot, hop), 0),
        feet=(vector(foot, ANKLE + hop, 0), vector(-foot, ANKLE + hop, 0)),
        arms=(arms[0], arms[1]),
    )


def squat(phase: float, left: float, right: float) -> Skeleton:
    """Return a pose between standing and thighs level, with the arms held forward.

    Args:
        phase: see `Animation.pose`; likewise the others.
        left: extent of the whole movement.
        right: not used.
    """
    part = left * _excursion(phase)
    foot = 0.21
    lean = _lerp(0.0, 0.55, part)
    hand = Reach(
        out=_lerp(0.12, 0.10, part), up=_lerp(-0.16, -0.06, part), front=_lerp(0.22, 0.40, part)
    )
    return Skeleton(
        pelvis=vector(0, _lerp(pelvis_height(foot), 0.43, part), _lerp(0.0, -0.26, part)),
        feet=(vector(foot, ANKLE, 0), vector(-foot, ANKLE, 0)),
        arms=(hand, hand),
        up=vector(0, math.cos(lean), math.sin(lean)),
        knees=0.5,
    )


def push_up(phase: float, left: float, right: float) -> Skeleton:
    """Return a pose between straight arms and lowered chest.

    The camera sees it from the side, head to the left: a straight body on hands and toes.

    Args:
        phase: see `Animation.pose`; likewise the others.
        left: extent of the left arm and of the body.
        right: extent of the right arm.
    """
    part = left * _excursion(phase)
    body, foot, hand = THIGH + SHIN + TRUNK, vector(0.68, 0.16, 0), 0.05

    def shoulder(height: float) -> Vector:
        rise = (height - foot[1]) / body
        return foot + vector(-math.sqrt(1 - rise**2), rise, 0) * body

    top = UPPER_ARM + FOREARM + hand
    chest = shoulder(_lerp(top * 0.985, 0.24, part))
    up = unit(chest - foot)
    front = vector(up[1], -up[0], 0) * -1  # the chest faces the floor
    to_floor = vector(shoulder(top)[0], hand, 0) - chest
    left_arm = Reach(out=0.24, up=float(to_floor @ up), front=float(to_floor @ front))
    right_front = left_arm.front * _lerp(1.0, right / left, 0.5) if left else left_arm.front
    right_arm = replace(left_arm, front=right_front)
    return Skeleton(
        pelvis=chest - up * TRUNK,
        feet=(foot + vector(0, 0, 0.09), foot - vector(0, 0, 0.09)),
        arms=(left_arm, right_arm),
        up=up,
        front=front,
    )


def at_ease(phase: float, behind: float = 0.0) -> Skeleton:
    """Return a standing pose with the arms down that sways a little, as people do.

    Args:
        phase: phase of the sway, 0..1.
        behind: distance behind the athlete's normal position, metres away from the camera.
    """
    foot, sway = 0.12, 0.03 * math.sin(2 * math.pi * phase)
    return Skeleton(
        pelvis=vector(sway, pelvis_height(foot) - 0.004, -behind),
        feet=(vector(foot, ANKLE, -behind), vector(-foot, ANKLE, -behind)),
        arms=(Arm(11 + 60 * sway, bend=14), Arm(11 - 60 * sway, bend=14)),
        up=vector(-0.4 * sway, 1, 0),
    )


#: The animation of each workout, by its slug.
ANIMATIONS: Final = {
    "bicycle_crunch": Animation(exercises.bicycle_crunch, pace=60, rest=0, reps=2, symmetric=False),
    "burpee": Animation(exercises.burpee, pace=15),
    "crunch": Animation(exercises.crunch, pace=30),
    "glute_bridge": Animation(exercises.glute_bridge, pace=22),
    "high_knees": Animation(exercises.high_knees, pace=100, rest=0, reps=2, symmetric=False),
    "jumping_jacks": Animation(jumping_jack, pace=48, needs_both_sides=True),
    "jumping_lunge": Animation(exercises.jumping_lunge, pace=40, rest=0, reps=2, symmetric=False),
    "lunge": Animation(exercises.lunge, pace=24, rest=0.05, reps=2, symmetric=False),
    "mountain_climber": Animation(
        exercises.mountain_climber, pace=90, rest=0, reps=2, symmetric=False
    ),
    "plank": Animation(exercises.plank, pace=60, rest=0, lead_s=0),
    "pull_up": Animation(exercises.pull_up, pace=18),
    "push_up": Animation(push_up, pace=25),
    "side_squat_jump": Animation(
        exercises.side_squat_jump, pace=30, rest=0, reps=2, symmetric=False
    ),
    "sit_up": Animation(exercises.sit_up, pace=20),
    "skater": Animation(exercises.skater, pace=40, rest=0, reps=2, symmetric=False),
    "squat": Animation(squat, pace=22, rest=0.2),
    "squat_jump": Animation(exercises.squat_jump, pace=24, symmetric=False),
    "toe_tap": Animation(exercises.toe_tap, pace=80, rest=0, reps=2, symmetric=False),
    "toe_touch": Animation(exercises.toe_touch, pace=36, rest=0, reps=2, symmetric=False),
    "wall_sit": Animation(exercises.wall_sit, pace=60, rest=0, lead_s=0),
}
