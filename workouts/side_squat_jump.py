"""Side squat jumps: squat with the hands together, jump sideways with the arms back, squat again.

A repetition is a jump: from squat to squat, legs straight and hands down at the hips in between,
and the hips at least a third of the trunk's length to the side within the second. Derived from the
movement; there was no recording to try it on, only the drawn athlete.
"""

from hiitpi.coach import State, Workout, height, lean, travel

depth = height("hip", over="knee", per="shin", says=("Go lower", "Jump up"))
hands = height("wrist", over="hip", per="torso", says=("Arms back", "Hands to the chest"))
aside = travel(per="torso", says=("", "Jump to the side"))
trunk = lean(says=("Chest up", "Chest up"))

workout = Workout(
    name="Side Squat Jumps",
    view="front",
    states=(
        State("squat", depth < 0.6, hands > 0.35),
        State("jump", depth > 0.75, hands < 0.2, aside > 0.3),
    ),
    throughout=(trunk < 70,),
    full_range={depth: (0.1, 0.95)},
    signal=depth,
    shortest=0.5,
    pace=30,
)
