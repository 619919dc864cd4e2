"""Crunches: from lying on the back, lift the shoulder blades off the floor, and lower them again.

The standard: the shoulder blades leave the floor and go back to it, which turns the trunk by 15°
from this person's lying position, as in `sit_up`. The lower back stays on the floor, so a crunch of
35° is a full one; coming up further counts too. The rules are those of sit-ups, whose recordings of
crunches they were tried on.
"""

from hiitpi.coach import (
    State,
    Workout,
    angle,
    curl,
    curl_left,
    height,
    require_visible,
    trunk_lean_lying,
)

up = curl(says=("Shoulders back to the floor", "Lift your shoulder blades"))
down = curl_left(says=("Shoulders back to the floor", "Lift your shoulder blades"))
trunk = trunk_lean_lying(says=("Lift your shoulder blades", "Lie down on your back"))
bend = angle(
    "shoulder", "hip", "knee", says=("Curl up: the body bends at the hips", ""), needed=False
)
hips = height("hip", over="ankle", per="leg", says=("Lie down on your back", ""), needed=False)
hands = require_visible(
    height("shoulder", over="wrist", per="arm", says=("Hands off the floor", ""), needed=False)
)

workout = Workout(
    name="Crunches",
    view="side",
    states=(
        State("lying", down < 0, up < 26, trunk > 42, hands < 0.45),
        State("up", up > 15, bend < 150),
    ),
    throughout=(hips < 0.5, trunk < 120),
    full_range={up: (5, 35)},
    lowering="back",
    signal=trunk,
    shortest=0.3,
    pace=35,
    floor=True,
)
