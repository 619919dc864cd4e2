"""Side squat jumps: from a half squat jump sideways with both feet, and land in a half squat.

The standard: a half squat on both sides, and between them a jump with straight legs and both feet
off the floor that moves the body sideways by 0.4 trunk lengths within a second. The hands are free:
people swing them, or hold them at the chest or the waist.
"""

from hiitpi.coach import State, Workout, lean, rise, squat_depth, travel

depth = squat_depth(says=("Go lower", "Jump up"))
aside = travel(per="torso", says=("", "Jump to the side"))
feet = rise("ankle", per="shin", says=("", "Jump: both feet off the floor"), needed=False)
trunk = lean(says=("Chest up", "Chest up"))

workout = Workout(
    name="Side Squat Jumps",
    view="front",
    states=(
        State("squat", depth < 0.65),
        State("jump", depth > 0.75, aside > 0.4, feet > 0.1),
    ),
    throughout=(trunk < 70,),
    full_range={depth: (0.3, 1.1), aside: (0.0, 1.2)},
    signal=depth,
    shortest=0.25,
    longest=4,
    pace=30,
)
