"""Skaters: leap from foot to foot, side to side, the free foot behind. Each landing counts.

The standard: a leap with the feet further apart than a trunk's length, and a landing with the feet
close or crossed and the hips well to that side of the middle. A landing counts when the athlete
leaves it. Walking to and fro opens the feet less.
"""

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
    full_range={hips: (-1.5, 2.0)},
    signal=hips,
    each_side=True,
    shortest=0.3,
    longest=4,
    pace=40,
)
