"""Side squat jumps: from a half squat jump sideways with both feet, and land in a half squat.

A judge sees both feet leave the floor and the body move aside by a good part of the trunk's length
within the second, legs straight in the air, and bent to a half squat at both ends. What the hands
do is free: people swing them, hold them at the chest or at the waist.
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
