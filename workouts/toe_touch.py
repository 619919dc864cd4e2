"""Toe touches."""

from hiitpi.coach import State, Workout, reach

hand = reach("wrist", to="ankle", per="torso", says=("Hand to the opposite foot", "Stand up"))

workout = Workout(
    name="Toe Touches",
    view="front",
    states=(
        State("up", hand > 1.0),
        State("touch", hand < 0.45),
    ),
    full_range={hand: (0.2, 1.5)},
    signal=hand,
    each_side=True,
    shortest=0.35,
    pace=40,
)
