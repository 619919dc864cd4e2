"""Skaters."""

from hiitpi.coach import State, Workout, shift, spread

hips = shift(per="torso", says=("Jump back", "Jump further to the side"))
feet = spread("ankle", per="torso", says=("Foot behind", "Jump further to the side"))

workout = Workout(
    name="Skaters",
    view="front",
    states=(
        State("across", hips < 0.0),
        State("leap", feet > 1.2),
        State("landed", hips > 0.4, feet < 0.8),
    ),
    full_range={hips: (-0.8, 0.8)},
    signal=hips,
    each_side=True,
    shortest=0.5,
    pace=40,
)
