"""Toe touches."""

from hiitpi.coach import State, Workout, height, larger, reach

hand = reach("wrist", to="ankle", per="torso", says=("Hand to the opposite foot", "Stand up"))
hips = larger(height("hip", over="ankle", per="leg", says=("", "Stay on your feet")))

workout = Workout(
    name="Toe Touches",
    view="front",
    states=(
        State("up", hand > 1.0),
        State("touch", hand < 0.6),
    ),
    throughout=(hips > 0.7,),
    full_range={hand: (0.5, 1.5)},
    signal=hand,
    each_side=True,
    shortest=0.35,
    pace=40,
)
