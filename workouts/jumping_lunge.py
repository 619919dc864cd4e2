"""Jumping lunges: jump up from a lunge, change legs in the air, land in a lunge. Each jump counts.

The hips are at half a leg's length over the front foot in a deep lunge, and at a whole one in the
jump. The legs are split, less than in a lunge that one has time for, and a knee is bent, other than
in a straddle. Which leg is in front is not asked: from the side, pose models take one leg for the
other.
"""

from hiitpi.coach import State, Workout, angle, height, larger, lean, smaller, split

hips = larger(height("hip", over="ankle", per="leg", says=("Go lower", "Jump higher")))
knee = smaller(
    angle("hip", "knee", "ankle", says=("Bend your knees", "Straighten your legs"), needed=False)
)
legs = split(says=("", "One foot in front of the other"))
trunk = lean(says=("Chest up", "Chest up"))

workout = Workout(
    name="Jumping Lunges",
    view="any",
    states=(
        State("down", hips < 0.72, knee < 150, legs > 0.55),
        State("jump", hips > 0.8),
    ),
    throughout=(trunk < 60,),
    full_range={hips: (0.4, 1.08)},
    signal=hips,
    shortest=0.1,
    pace=40,
)
