"""Burpees."""

from hiitpi.coach import State, Workout, height

hips = height("hip", over="ankle", per="torso", says=("Hips down", "Stand all the way up"))
hands = height("wrist", over="ankle", per="torso", says=("Hands to the floor", "Stand up"))
knees = height("knee", over="ankle", per="shin", says=("Kick your feet back", ""), needed=False)

workout = Workout(
    name="Burpees",
    view="any",
    states=(
        State("standing", hips > 1.1, hands > 0.6),
        State("hands down", hands < 0.45),
        State("plank", hips < 0.75, knees < 0.65),
    ),
    full_range={hips: (0.4, 1.5)},
    signal=hips,
    shortest=0.8,
    pace=15,
    floor=True,
)
