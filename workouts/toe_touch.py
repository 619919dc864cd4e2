"""Toe touches: standing with the legs straight, one hand to the opposite foot. Each touch counts.

The wrist comes within 0.6 trunk lengths (30 cm) of the ankle: a hand's length and the instep are
between them when the fingers touch the toes. Derived from the movement; there is only one
recording to check it against.
"""

from hiitpi.coach import State, Workout, height, larger, reach

hand = reach("wrist", to="ankle", per="torso", says=("Hand to the opposite foot", "Stand up"))
hips = larger(height("hip", over="ankle", per="leg", says=("", "Keep your legs straight")))

workout = Workout(
    name="Toe Touches",
    view="front",
    states=(
        State("up", hand > 1.0),
        State("touch", hand < 0.6),
    ),
    throughout=(hips > 0.7,),
    full_range={hand: (0.3, 1.5)},
    signal=hand,
    each_side=True,
    shortest=0.2,
    pace=36,
)
