"""How the synthetic athlete does each workout: a pose for each moment of a repetition."""

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
    """A repetition, or one with each side in turn, as a round trip from a starting pose.

    Attributes:
        pose: the body at a phase, 0..1 of the round trip, with how far (0..1 of a full repetition)
            the left side goes, and the right.
        pace: repetitions a minute.
        rest: part of the round trip, 0..1, spent in the starting pose.
        reps: repetitions in a round trip.
        returns: it goes back the way it came, so that half of it is enough to know all of it.
        lead: seconds in the starting pose before the first repetition.
        takes_both: whether a repetition with one side only is none.
    """

    pose: Callable[[float, float, float], Skeleton]
    pace: float
    rest: float = 0.12
    reps: int = 1
    returns: bool = True
    lead: float = 1.5
    takes_both: bool = False


def _there(phase: float) -> float:
    """How far it is from the start on the way there and back: 0, 1, 0."""
    return (1 - math.cos(2 * math.pi * phase)) / 2


def standing(foot: float, hop: float = 0.0) -> float:
    """Height of the pelvis over straight legs with the feet `foot` metres from the middle."""
    leg = (THIGH + SHIN) * 0.995
    return math.sqrt(leg**2 - (foot - HIPS) ** 2) + ANKLE + hop


def _mix(a: float, b: float, part: float) -> float:
    return a + (b - a) * part


def jumping_jack(phase: float, left: float, right: float) -> Skeleton:
    """Feet together and arms down; feet wide and hands overhead."""
    part = left * _there(phase)
    foot = _mix(0.10, 0.40, part)
    hop = 0.05 * math.sin(math.pi * part)
    sides = part, right * _there(phase)
    arms = [Arm(side=_mix(10, 166, p), bend=_mix(12, 14, p)) for p in sides]
    return Skeleton(
        pelvis=vector(0, standing(foot, hop), 0),
        feet=(vector(foot, ANKLE + hop, 0), vector(-foot, ANKLE + hop, 0)),
        arms=(arms[0], arms[1]),
    )


def squat(phase: float, left: float, right: float) -> Skeleton:
    """Standing; thighs level, arms held forward."""
    part = left * _there(phase)
    foot = 0.21
    lean = _mix(0.0, 0.55, part)
    hand = Reach(
        out=_mix(0.12, 0.10, part), up=_mix(-0.16, -0.06, part), front=_mix(0.22, 0.40, part)
    )
    return Skeleton(
        pelvis=vector(0, _mix(standing(foot), 0.43, part), _mix(0.0, -0.26, part)),
        feet=(vector(foot, ANKLE, 0), vector(-foot, ANKLE, 0)),
        arms=(hand, hand),
        up=vector(0, math.cos(lean), math.sin(lean)),
        knees=0.5,
    )


def push_up(phase: float, left: float, right: float) -> Skeleton:
    """From the side, head to the left: a straight body on hands and toes; the chest lowered."""
    part = left * _there(phase)
    body, foot, hand = THIGH + SHIN + TRUNK, vector(0.68, 0.16, 0), 0.05

    def shoulder(height: float) -> Vector:
        rise = (height - foot[1]) / body
        return foot + vector(-math.sqrt(1 - rise**2), rise, 0) * body

    top = UPPER_ARM + FOREARM + hand
    chest = shoulder(_mix(top * 0.985, 0.24, part))
    up = unit(chest - foot)
    front = vector(up[1], -up[0], 0) * -1  # the chest faces the floor
    floor = vector(shoulder(top)[0], hand, 0) - chest
    arm = Reach(out=0.24, up=float(floor @ up), front=float(floor @ front))
    other = replace(arm, front=arm.front * _mix(1.0, right / left, 0.5) if left else arm.front)
    return Skeleton(
        pelvis=chest - up * TRUNK,
        feet=(foot + vector(0, 0, 0.09), foot - vector(0, 0, 0.09)),
        arms=(arm, other),
        up=up,
        front=front,
    )


def at_ease(part: float, behind: float = 0.0) -> Skeleton:
    """Standing, arms down, the weight a little to one side; nobody stands quite still.

    `behind`: metres further from the camera than the athlete.
    """
    foot, sway = 0.12, 0.03 * math.sin(2 * math.pi * part)
    return Skeleton(
        pelvis=vector(sway, standing(foot) - 0.004, -behind),
        feet=(vector(foot, ANKLE, -behind), vector(-foot, ANKLE, -behind)),
        arms=(Arm(11 + 60 * sway, bend=14), Arm(11 - 60 * sway, bend=14)),
        up=vector(-0.4 * sway, 1, 0),
    )


#: By the workout's slug.
ANIMATIONS: Final = {
    "burpee": Animation(exercises.burpee, pace=15),
    "high_knees": Animation(exercises.high_knees, pace=100, rest=0, reps=2, returns=False),
    "jumping_jacks": Animation(jumping_jack, pace=48, takes_both=True),
    "jumping_lunge": Animation(exercises.jumping_lunge, pace=40, rest=0, reps=2, returns=False),
    "lunge": Animation(exercises.lunge, pace=24, rest=0.05, reps=2, returns=False),
    "mountain_climber": Animation(
        exercises.mountain_climber, pace=90, rest=0, reps=2, returns=False
    ),
    "plank": Animation(exercises.plank, pace=60, rest=0, lead=0),
    "push_up": Animation(push_up, pace=25),
    "side_squat_jump": Animation(exercises.side_squat_jump, pace=30, rest=0, reps=2, returns=False),
    "sit_up": Animation(exercises.sit_up, pace=20),
    "skater": Animation(exercises.skater, pace=40, rest=0, reps=2, returns=False),
    "squat": Animation(squat, pace=22, rest=0.2),
    "squat_jump": Animation(exercises.squat_jump, pace=24, returns=False),
    "toe_tap": Animation(exercises.toe_tap, pace=80, rest=0, reps=2, returns=False),
    "toe_touch": Animation(exercises.toe_touch, pace=36, rest=0, reps=2, returns=False),
}
