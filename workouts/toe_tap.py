"""Toe taps: the feet tap the floor in front or aside, or a low step, in turn. Every tap counts.

A foot at home is below its hip and level with the other one. Tapping, it is off by a good hand's
breadth (0.18 of the trunk, 9 cm): to the side, up on a step, or, in front on the floor, lower in
the picture. Derived from the movement; there is only one recording to check it against.
"""

from hiitpi.coach import State, Workout, lean, tap

foot = tap(per="torso", says=("Foot back under the hip", "Tap further out"))
trunk = lean(says=("Stand upright", "Stand upright"))

workout = Workout(
    name="Toe Taps",
    view="front",
    states=(
        State("home", foot < 0.1),
        State("tap", foot > 0.18),
    ),
    throughout=(trunk < 45,),
    full_range={foot: (0.02, 0.5)},
    signal=foot,
    each_side=True,
    shortest=0.1,
    pace=90,
)
