"""Squat jumps: squat, and jump up from it until both feet are off the floor.

The standard: hips near the height of the knees, as in a squat, and then straight legs with both
ankles 0.15 shins (6 cm) above their standing height. A hop without a squat does not count, nor does
a squat without a hop.
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
