"""Jumping lunges."""

from hiitpi.coach import State, Workout, angle, height, larger, lean, smaller

hips = larger(height("hip", over="ankle", per="shin", says=("Go lower", "Jump higher")))
knee = smaller(angle("hip", "knee", "ankle", says=("Bend your knees", "Straighten your legs")))
trunk = lean(says=("Chest up", "Chest up"))

workout = Workout(
    name="Jumping Lunges",
    view="any",
    states=(
        State("down", hips < 1.35, knee < 120),
        State("jump", hips > 1.6),
    ),
    throughout=(trunk < 60,),
    full_range={hips: (1.0, 1.85)},
    signal=hips,
    shortest=0.4,
    pace=40,
)
