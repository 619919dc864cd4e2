"""Squats: from standing, sit down until the hips are about level with the knees, and stand up.

The standard: thighs within 30° of level. Depth is the height of the hips over the knees in shin
lengths: 1 standing, 0 with the thighs level; from the front, where the knees hide the hips, it also
follows from the height of the hips over the feet. 30° reads 0.5 (its sine); quarter squats read
0.54-0.61 on recordings and do not count. The knees must bend: walking away from the camera lowers
the hips in the image too, but with straight knees. Bending over to pick something up lowers the
trunk as well. With one foot well in front of the other, or above it in the image, it is a lunge;
with the shins near level it is kneeling.
"""

from hiitpi.coach import (
    State,
    Workout,
    angle,
    as_from_the_side,
    height,
    lean,
    split,
    squat_depth,
    step,
)

depth = squat_depth(says=("Go lower: hips level with the knees", "Stand all the way up"))
knees = as_from_the_side(
    angle("hip", "knee", "ankle", says=("Bend your knees", "Straighten your legs"), needed=False)
)
legs = split(says=("Feet side by side", ""), knee_weight=2.5)
feet = step("ankle", per="leg", says=("Feet side by side", ""), needed=False)
shins = height("knee", over="ankle", per="shin", says=("", "Feet on the floor"), needed=False)
trunk = lean(says=("Chest up", "Chest up"))

workout = Workout(
    name="Squats",
    view="any",
    states=(
        State("standing", depth > 0.85),
        State("down", depth < 0.5, knees < 125, legs < 0.75, feet < 0.28, shins > 0.45),
    ),
    throughout=(trunk < 70,),
    full_range={depth: (-0.3, 1.0)},
    lowering="out",
    signal=depth,
    shortest=0.15,
    pace=22,
)
