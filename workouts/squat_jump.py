"""Squat jumps: squat, and jump up from it until both feet are off the floor.

Both must be seen: hips near the height of the knees, as in a squat, and then straight legs with
both ankles above where they stand by 0.15 of a shin, 6 cm. A hop without a squat is none, nor is a
squat without a hop.
"""

from hiitpi.coach import State, Workout, height, lean, rise

depth = height("hip", over="knee", per="shin", says=("Go lower", "Stand all the way up"))
feet = rise("ankle", per="shin", says=("Land", "Jump: both feet off the floor"))
trunk = lean(says=("Chest up", "Chest up"))

workout = Workout(
    name="Squat Jumps",
    view="any",
    states=(
        State("standing", depth > 0.85, feet < 0.1),
        State("down", depth < 0.55),
        State("jump", feet > 0.15, depth > 0.75),
    ),
    throughout=(trunk < 70,),
    full_range={depth: (0.0, 1.0), feet: (0.0, 0.85)},
    signal=depth,
    shortest=0.25,
    pace=24,
)
