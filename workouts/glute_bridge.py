"""Glute bridges: lie on the back with the feet on the floor, lift the hips, and lower them again.

The standard: the hips come up to the line from the shoulders to the knees. They are some 0.4 trunk
lengths below that line when they rest on the floor. The shins stand upright on the floor all the
time, and the hands carry nothing. The rules are derived from the movement; no recording was
available to check them.
"""

from hiitpi.coach import State, Workout, arch, height, lean, require_visible

hips = arch(
    "shoulder", "hip", "knee", per="torso", says=("Hips back to the floor", "Hips higher"),
    needed=True,
)  # fmt: skip
trunk = lean(says=("Lie down on your back", "Lie down on your back"), needed=False)
shins = height("knee", over="ankle", per="shin", says=("", "Feet flat on the floor"))
hands = require_visible(
    height("shoulder", over="wrist", per="arm", says=("Hands off the floor", ""), needed=False)
)

workout = Workout(
    name="Glute Bridges",
    view="side",
    states=(
        State("down", hips < -0.25),
        State("up", hips > -0.12),
    ),
    throughout=(trunk > 55, shins > 0.5, hands < 0.45),
    full_range={hips: (-0.4, 0.12)},
    lowering="back",
    signal=hips,
    shortest=0.2,
    pace=25,
    floor=True,
)
