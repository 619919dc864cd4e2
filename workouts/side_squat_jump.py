"""Side squat jumps."""

from hiitpi.coach import State, Workout, height, lean, spread, travel

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
