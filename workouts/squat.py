"""Squats: from standing, sit down until the hips are about level with the knees, and stand up.

Depth is the height of the hips over the knees in lengths of the shin: 1 standing, 0 with thighs
level. It is the same from front and side, unlike the angle of the knee, which a camera in front
cannot see. Thighs within 30° of level (sin 30° = 0.5) pass; quarter squats, at 0.54-0.61 on
recordings, do not. Bending over to fetch something lowers the hips too, but the trunk lies down.
"""

from hiitpi.coach import State, Workout, height, lean

depth = height(
    "hip",
    over="knee",
    per="shin",
    says=("Go lower: hips level with the knees", "Stand all the way up"),
)
trunk = lean(says=("Chest up", "Chest up"))

workout = Workout(
    name="Squats",
    view="any",
    states=(
        State("standing", depth > 0.65, trunk < 45),
        State("down", depth < 0.5, trunk < 70),
    ),
    full_range={depth: (0.1, 0.95)},
    signal=depth,
    shortest=0.5,
    pace=22,
)
