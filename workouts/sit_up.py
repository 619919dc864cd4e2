"""Sit-ups."""

from hiitpi.coach import State, Workout, sitting_up

trunk = sitting_up(says=("Come up higher", "Shoulders back to the floor"))

workout = Workout(
    name="Sit-ups",
    view="side",
    states=(
        State("lying", trunk > 70),
        State("up", trunk < 50),
    ),
    full_range={trunk: (25, 82)},
    signal=trunk,
    shortest=0.6,
    pace=25,
    floor=True,
)
