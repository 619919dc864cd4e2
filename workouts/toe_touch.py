"""Toe touches: standing with the legs straight, one hand to the opposite foot. Each touch counts.

The standard: fingers at the toes of the other foot, legs straight. The wrist is then within 0.6
trunk lengths (30 cm) of the ankle, with the hand and the instep between them. The rules are derived
from the movement; only one recording was available to check them.
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
