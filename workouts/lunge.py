"""Lunges: a step forward or back, the knee behind down to near the floor, and up again.

A judge sees the thigh in front near level and the legs split. The hips come down to 0.76 of their
height standing, at which the front thigh is within 35° of level; walking keeps them above 0.9. That
is the same from every side. Split are feet that are apart by three quarters of a leg, or, seen from
the front, knees of which one is higher than the other by 0.16 of a leg. Feet side by side make a
squat, and a straddle has straight knees.
"""

from hiitpi.coach import State, Workout, angle, lean, smaller, split, stature

hips = stature(says=("Go lower", "Stand all the way up"))
knee = smaller(
    angle("hip", "knee", "ankle", says=("Bend your knees", "Straighten your legs"), needed=False)
)
legs = split(says=("", "One foot in front of the other"), knee_weight=4.8)
trunk = lean(says=("Chest up", "Chest up"))

workout = Workout(
    name="Lunges",
    view="any",
    states=(
        State("standing", hips > 0.86),
        State("down", hips < 0.76, knee < 150, legs > 0.76),
    ),
    throughout=(trunk < 60,),
    full_range={hips: (0.42, 1.0)},
    lowering="out",
    signal=hips,
    shortest=0.15,
    pace=24,
)
