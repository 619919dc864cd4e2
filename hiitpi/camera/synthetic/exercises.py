"""The keyframes of the synthetic athlete's workouts; see `keyframes`."""

from dataclasses import replace
from typing import Final

from hiitpi.camera.synthetic.keyframes import (
    STANDING_HEIGHT,
    animate,
    animate_round_trip,
    facing,
    mirrored,
    shifted,
    sideways,
)
from hiitpi.camera.synthetic.skeleton import ANKLE, vector

STAND: Final = facing((0, STANDING_HEIGHT, 0))
SIDE: Final = sideways((0, STANDING_HEIGHT))

# Squat jump: down, then off the floor.
_FIRM = ((0.21, ANKLE, 0), (-0.21, ANKLE, 0))
_READY = facing((0, STANDING_HEIGHT - 0.02, 0), feet=_FIRM)
_LOW = facing(
    (0, 0.43, -0.26),
    up=(0, 0.85, 0.52),
    feet=_FIRM,
    hands=((0.10, 0.80, 0.40), (-0.10, 0.80, 0.40)),
)
_AIR = shifted(
    replace(_READY, left_hand=vector(0.3, 0.85, -0.12), right_hand=vector(-0.3, 0.85, -0.12)),
    vector(0, 0.22, 0),
)
squat_jump = animate(
    (0, _READY), (0.45, _LOW), (0.62, _READY), (0.78, _AIR), (0.92, _READY), (1, _READY)
)

# Lunge, from the side: one foot in front, the other knee close to the floor.
_LUNGE = sideways(
    (-0.02, 0.50), feet=((-0.46, ANKLE), (0.46, 0.17)), bend=(-1, -0.25), hands=(-0.1, 0.6)
)
_OTHER = mirrored(_LUNGE, from_side=True)
lunge = animate((0, SIDE), (0.25, _LUNGE), (0.5, SIDE), (0.75, _OTHER), (1, SIDE))
_UP = shifted(SIDE, vector(0, 0.18, 0))
jumping_lunge = animate((0, _LUNGE), (0.25, _UP), (0.5, _OTHER), (0.75, _UP), (1, _LUNGE))

# High knees: thigh level, arms like a runner's.
_KNEE = facing(
    (0, STANDING_HEIGHT, 0),
    feet=((0.11, 0.44, 0.30), (-0.1, ANKLE, 0)),
    hands=((0.26, 1.02, 0.0), (-0.22, 1.25, 0.28)),
)
high_knees = animate((0, STAND), (0.25, _KNEE), (0.5, STAND), (0.75, mirrored(_KNEE)), (1, STAND))

# Mountain climber, from the side: straight arms, one knee drawn to the chest.
_HANDS = (-0.72, 0.05)
_TOP = {"up": (-0.95, 0.38), "front": (-0.38, -0.95), "hands": _HANDS}
_LONG = sideways((-0.18, 0.44), feet=((0.62, 0.13), (0.62, 0.13)), bend=(-0.3, -1), **_TOP)
_DRIVE = sideways((-0.18, 0.46), feet=((-0.14, 0.13), (0.62, 0.13)), bend=(-1, 0.1), **_TOP)
mountain_climber = animate(
    (0, _LONG), (0.25, _DRIVE), (0.5, _LONG), (0.75, mirrored(_DRIVE, from_side=True)), (1, _LONG)
)

# Plank: the same straight body on straight arms, held with a slight sway.
_SWAY = shifted(_LONG, vector(0, 0.004, 0))
plank = animate_round_trip((0, _LONG), (0.5, _SWAY))

# Sit-up, from the side, head on the left of the frame.
_FEET = ((0.52, ANKLE), (0.52, ANKLE))
_LYING = sideways(
    (0, 0.13), up=(-1, 0.06), front=(0, 1), bend=(0.2, 1), feet=_FEET, hands=(-0.35, 0.42)
)
_SITTING = sideways(
    (0, 0.13), up=(0.12, 1), front=(1, 0), bend=(0.2, 1), feet=_FEET, hands=(0.32, 0.55)
)
sit_up = animate_round_trip((0, _LYING), (0.5, _SITTING))

# Crunch: only the shoulders leave the floor.
_CURLED = replace(_LYING, up=vector(-0.9, 0.44, 0), front=vector(0.44, 0.9, 0))
crunch = animate_round_trip((0, _LYING), (0.5, _CURLED))

# Bicycle crunch, from the side: shoulders off the floor, one knee drawn in, one leg stretched.
_STRETCHED = sideways(
    (0, 0.13), up=(-0.85, 0.53), front=(0.53, 0.85), bend=(-0.2, 1), feet=((0.8, 0.3), (0.8, 0.3)),
    hands=(-0.5, 0.55),
)  # fmt: skip
_DRAWN_IN = replace(_STRETCHED, left_foot=_STRETCHED.left_foot + vector(-0.39, 0.2, 0))
bicycle_crunch = animate(
    (0, _STRETCHED),
    (0.25, _DRAWN_IN),
    (0.5, _STRETCHED),
    (0.75, mirrored(_DRAWN_IN, from_side=True)),
    (1, _STRETCHED),
)

# Glute bridge, from the side: on the back, shins upright, hips up to the line of the trunk.
_ON_BACK = sideways(
    (0, 0.13), up=(-1, 0.04), front=(0, 1), bend=(0.3, 1), feet=((0.36, ANKLE), (0.36, ANKLE)),
    hands=(-0.1, 0.06),
)  # fmt: skip
_BRIDGE = replace(_ON_BACK, pelvis=vector(-0.06, 0.31, 0), up=vector(-0.88, -0.36, 0))
glute_bridge = animate_round_trip((0, _ON_BACK), (0.5, _BRIDGE))

# Wall sit, from the side: thighs level, trunk upright.
_SEATED = sideways((0.2, 0.5), feet=((-0.22, ANKLE), (-0.22, ANKLE)), hands=(-0.05, 0.56))
wall_sit = animate_round_trip((0, _SEATED), (0.5, shifted(_SEATED, vector(0, 0.004, 0))))

# Pull-up: hang from a bar above the head, and pull the chin over it.
_BAR = ((0.27, 1.86, 0.05), (-0.27, 1.86, 0.05))
_DANGLING = ((0.1, 0.1, -0.05), (-0.1, 0.1, -0.05))
_HANG = facing((0, 0.88, 0), feet=_DANGLING, bend=(0, 0, 1), hands=_BAR)
_PULLED = replace(
    shifted(_HANG, vector(0, 0.34, 0)), left_hand=_HANG.left_hand, right_hand=_HANG.right_hand
)
pull_up = animate_round_trip((0, _HANG), (0.5, _PULLED))

# Burpee, from the side: stand, squat with the hands on the floor, plank, and back.
_SQUAT = sideways((0.12, 0.40), up=(-0.85, 0.55), hands=(-0.42, 0.07), bend=(-1, 0.3))
_KICKED = shifted(_LONG, vector(0.3, 0, 0))
burpee = animate_round_trip((0, SIDE), (0.2, _SQUAT), (0.42, _KICKED), (0.5, _KICKED))

# Skater: leap from one foot to the other, the free foot behind.
_LAND = facing(
    (0.55, 0.76, 0),
    up=(0.12, 0.95, 0.28),
    feet=((0.56, ANKLE, 0.02), (0.42, 0.2, -0.42)),
    hands=((0.86, 0.95, 0.05), (0.42, 0.75, 0.3)),
)
_LEAP = facing((0, 0.92, 0), feet=((0.48, 0.22, 0), (-0.48, 0.22, 0)))
skater = animate((0, _LAND), (0.25, _LEAP), (0.5, mirrored(_LAND)), (0.75, _LEAP), (1, _LAND))

# Toe touch: legs apart and straight, one hand to the opposite foot.
_APART = ((0.34, ANKLE, 0), (-0.34, ANKLE, 0))
_WIDE = facing((0, 0.84, 0), bend=(0, 0, 1), feet=_APART, hands=((0.62, 1.32, 0), (-0.62, 1.32, 0)))
_TOUCH = facing(
    (0.05, 0.80, -0.15),
    up=(-0.55, 0.11, 0.83),
    front=(-0.75, -0.6, -0.42),
    bend=(0, 0, 1),
    feet=_APART,
    hands=((-0.32, 0.2, 0.1), (-0.2, 1.5, 0.1)),
)
toe_touch = animate((0, _WIDE), (0.25, _TOUCH), (0.5, _WIDE), (0.75, mirrored(_TOUCH)), (1, _WIDE))

# Toe tap: alternate feet to a low step in front, arms like a runner's.
_TAP = facing(
    (0, STANDING_HEIGHT - 0.01, 0),
    feet=((0.12, 0.29, 0.30), (-0.1, ANKLE, 0)),
    hands=((0.26, 1.0, 0.0), (-0.22, 1.22, 0.26)),
)
toe_tap = animate((0, STAND), (0.25, _TAP), (0.5, STAND), (0.75, mirrored(_TAP)), (1, STAND))

# Side squat jump: squat with hands clasped, jump sideways with the arms back, squat.
_CLASPED = replace(_LOW, left_hand=vector(0.05, 1.0, 0.25), right_hand=vector(-0.05, 1.0, 0.25))
_SIDE_SQUAT = shifted(_CLASPED, vector(0.4, 0, 0))
_ACROSS = shifted(_AIR, vector(0, -0.05, 0))
side_squat_jump = animate(
    (0, _SIDE_SQUAT),
    (0.12, _SIDE_SQUAT),
    (0.25, _ACROSS),
    (0.38, mirrored(_SIDE_SQUAT)),
    (0.62, mirrored(_SIDE_SQUAT)),
    (0.75, _ACROSS),
    (0.88, _SIDE_SQUAT),
    (1, _SIDE_SQUAT),
)
