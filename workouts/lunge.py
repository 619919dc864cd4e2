"""Lunges: a step forward or back, the knee behind down to near the floor, and up again.

Depth is the height of the hips over the front foot in leg lengths: 1 standing, 0.5 with the front
thigh level; at 0.72 it is within 30° of that. Walking never goes below 0.9. Feet side by side make
a squat: where the camera sees that, it is no lunge.
"""

from hiitpi.coach import State, Workout, height, larger, lean, split

hips = larger(height("hip", over="ankle", per="leg", says=("Go lower", "Stand all the way up")))
legs = split(says=("", "One foot in front of the other"))
trunk = lean(says=("Chest up", "Chest up"))

workout = Workout(
    name="Lunges",
    view="any",
    states=(
        State("standing", hips > 0.84),
        State("down", hips < 0.72, legs > 0.72),
    ),
    throughout=(trunk < 60,),
    full_range={hips: (0.55, 0.95)},
    signal=hips,
    shortest=0.5,
    pace=24,
)
