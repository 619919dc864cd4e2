"""Toe taps: the feet tap the floor in front or aside, or a low step, in turn. Every tap counts.

The standard: the foot leaves its place below the hip by 0.18 trunk lengths (9 cm): to the side, up
onto a step, or to the floor in front, which is lower in the image. The rules are derived from the
movement; only one recording was available to check them.
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
