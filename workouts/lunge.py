"""Lunges."""

from hiitpi.coach import State, Workout, angle, height, larger, lean, smaller, split

hips = larger(height("hip", over="ankle", per="leg", says=("Go lower", "Stand all the way up")))
knee = smaller(angle("hip", "knee", "ankle", says=("Bend your knees", "Straighten your legs")))
legs = split(says=("", "One foot in front of the other"))
trunk = lean(says=("Chest up", "Chest up"))

workout = Workout(
    name="Lunges",
    view="any",
    states=(
        State("standing", hips > 0.84),
        State("down", hips < 0.72, knee < 130, legs > 0.72),
    ),
    throughout=(trunk < 60,),
    full_range={hips: (0.5, 0.95)},
    signal=hips,
    shortest=0.5,
    pace=24,
)
