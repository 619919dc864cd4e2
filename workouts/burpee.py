"""Burpees: from standing, squat and put the hands on the floor, kick the feet back, and come up.

The standard: hands on the floor, then a plank with the legs stretched back, then standing upright.
Push-up and jump are optional. The hips are a leg's length over the ankles when standing, and half
of that or less in a plank. They are also low in a squat with the hands on the floor, but the shins
are upright there; in a plank both shins and trunk are near level. Lunges with weights in the hands
lower the hands, but the trunk stays upright.
"""

from hiitpi.coach import State, Workout, height, lean

hips = height("hip", over="ankle", per="leg", says=("Hips down", "Stand all the way up"))
hands = height("wrist", over="ankle", per="torso", says=("Hands to the floor", "Stand up"))
knees = height("knee", over="ankle", per="shin", says=("Kick your feet back", ""), needed=False)
trunk = lean(says=("", "Chest down"), needed=False)

workout = Workout(
    name="Burpees",
    view="any",
    states=(
        State("standing", hips > 0.8, hands > 0.6),
        State("hands down", hands < 0.45),
        State("plank", hips < 0.6, knees < 0.65, trunk > 45),
    ),
    full_range={hips: (0.2, 1.15)},
    signal=hips,
    shortest=0.5,
    pace=15,
    floor=True,
    hands=("overhead",),
)
