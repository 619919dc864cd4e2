"""Lunges: a step forward or back, the knee behind down to near the floor, and up again.

Depth is the height of the hips over the front foot in leg lengths: 1 standing, 0.5 with the front
thigh level; at 0.72 it is within 30° of that. Walking never goes below 0.9. Feet side by side make
a squat: where the camera sees that, it is no lunge. Nor is a straddle, with both knees straight.
"""

from hiitpi.coach import State, Workout, angle, height, larger, lean, smaller, split

hips = larger(height("hip", over="ankle", per="leg", says=("Go lower", "Stand all the way up")))
knee = smaller(
    angle("hip", "knee", "ankle", says=("Bend your knees", "Straighten your legs"), needed=False)
)
legs = split(says=("", "One foot in front of the other"))
trunk = lean(says=("Chest up", "Chest up"))

workout = Workout(
    name="Lunges",
    view="any",
    states=(
        State("standing", hips > 0.84),
        State("down", hips < 0.72, knee < 150, legs > 0.72),
    ),
    throughout=(trunk < 60,),
    full_range={hips: (0.55, 0.95)},
    signal=hips,
    shortest=0.3,
    pace=24,
)
