"""Toe taps."""

from hiitpi.coach import State, Workout, lean, tap

foot = tap(per="torso", says=("Foot back under the hip", "Tap the floor further out"))
trunk = lean(says=("Stand upright", "Stand upright"))

workout = Workout(
    name="Toe Taps",
    view="front",
    states=(
        State("home", foot < 0.1),
        State("tap", foot > 0.18),
    ),
    throughout=(trunk < 45,),
    full_range={foot: (0.0, 0.28)},
    signal=foot,
    each_side=True,
    shortest=0.2,
    pace=90,
)
