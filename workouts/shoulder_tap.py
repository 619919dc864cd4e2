"""Shoulder taps: in a plank on straight arms, one hand to the opposite shoulder. Each tap counts.

The standard: the hand leaves the floor and touches the opposite shoulder, which takes it to within
0.35 arm lengths, while the other arm stays straight and the body level. At the bottom of a push-up
both hands are near the shoulders. The rules are derived from the movement; no recording was
available to check them.
"""

from hiitpi.coach import State, Workout, ahead, height, larger, lean, reach

hand = reach(
    "wrist", to="shoulder", per="arm",
    says=("Hand to the opposite shoulder", "Hand back to the floor"),
)  # fmt: skip
lead = ahead(hand, says=("One hand at a time", ""))
support = larger(height("shoulder", over="wrist", per="arm", says=("", "Straighten the other arm")))
trunk = lean(says=("", "Down on hands and toes"), needed=False)

workout = Workout(
    name="Shoulder Taps",
    view="any",
    states=(
        State("floor", hand > 0.75),
        State("tap", hand < 0.35, lead < -0.4, support > 0.8),
    ),
    throughout=(trunk > 50, support > 0.6),
    full_range={hand: (0.1, 1.0)},
    signal=hand,
    each_side=True,
    shortest=0.15,
    pace=50,
    floor=True,
)
