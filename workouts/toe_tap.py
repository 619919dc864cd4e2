"""Toe taps: the feet tap the floor in front or aside, or a low step, in turn. Every tap counts.

The standard: the foot goes 0.3 trunk lengths (15 cm) to the side, from its place below the hip and
measured against the other foot, or some 10 cm up onto a step; it is back within two seconds. The
hips stay at their standing height, so a squat or a lunge is none. A camera at chest height sees a
tap to the floor in front as a small step up of the other foot. The rules are derived from the
movement; only one recording of toe taps was available to check them.
"""

from hiitpi.coach import State, Workout, lean, stature, tap

foot = tap(per="torso", says=("Foot back under the hip", "Tap further out"))
hips = stature(says=("", "Stand tall"))
trunk = lean(says=("Stand upright", "Stand upright"))

workout = Workout(
    name="Toe Taps",
    view="front",
    states=(
        State("home", foot < 0.1),
        State("tap", foot > 0.3),
    ),
    throughout=(trunk < 45, hips > 0.9),
    full_range={foot: (0.02, 0.5)},
    signal=foot,
    each_side=True,
    shortest=0.1,
    longest=2.0,
    pace=90,
)
