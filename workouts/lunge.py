"""Lunges."""

from hiitpi.coach import State, Workout, angle, height, larger, lean, smaller

hips = larger(height("hip", over="ankle", per="shin", says=("Go lower", "Stand all the way up")))
knee = smaller(angle("hip", "knee", "ankle", says=("Bend your knees", "Straighten your legs")))
trunk = lean(says=("Chest up", "Chest up"))

workout = Workout(
    name="Lunges",
    view="any",
    states=(
        State("standing", hips > 1.65),
        State("down", hips < 1.35, knee < 120),
    ),
    throughout=(trunk < 60,),
    full_range={hips: (1.0, 1.85)},
    signal=hips,
    shortest=0.5,
    pace=24,
)
