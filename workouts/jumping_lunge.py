"""Jumping lunges."""

from hiitpi.coach import State, Workout, angle, height, larger, lean, smaller

hips = larger(height("hip", over="ankle", per="leg", says=("Go lower", "Jump higher")))
knee = smaller(angle("hip", "knee", "ankle", says=("Bend your knees", "Straighten your legs")))
trunk = lean(says=("Chest up", "Chest up"))

workout = Workout(
    name="Jumping Lunges",
    view="any",
    states=(
        State("down", hips < 0.72, knee < 130),
        State("jump", hips > 0.8),
    ),
    throughout=(trunk < 60,),
    full_range={hips: (0.5, 0.95)},
    signal=hips,
    shortest=0.4,
    pace=40,
)
