"""Lunges: a step forward or back, the knee behind down to near the floor, and up again.

The standard: the front thigh near level, one foot well in front of the other. The hips come down to
0.77 of their standing height, at which the front thigh is within 35° of level; walking keeps them
above 0.9. This looks the same from every side. The feet are at least three quarters of a leg apart,
or, seen from the front, one knee is higher than the other by 0.16 of a leg. With the feet side by
side it is a squat; a straddle has straight knees.
"""

from hiitpi.coach import State, Workout, angle, as_from_the_side, lean, smaller, split, stature

hips = stature(says=("Go lower", "Stand all the way up"))
knee = as_from_the_side(
    smaller(
        angle(
            "hip", "knee", "ankle", says=("Bend your knees", "Straighten your legs"), needed=False
        )
    )
)
legs = split(says=("", "One foot in front of the other"), knee_weight=4.8)
trunk = lean(says=("Chest up", "Chest up"))

workout = Workout(
    name="Lunges",
    view="any",
    states=(
        State("standing", hips > 0.86),
        State("down", hips < 0.77, knee < 150, legs > 0.76),
    ),
    throughout=(trunk < 60,),
    full_range={hips: (0.42, 1.0)},
    lowering="out",
    signal=hips,
    shortest=0.15,
    pace=24,
)
