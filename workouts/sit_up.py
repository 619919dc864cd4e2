"""Sit-ups: from lying on the back come up until the trunk is within 50° of upright, and lie down.

What counts is the trunk's lean, which needs neither legs nor head. Engines that lose the hips of
people who lie still see the shoulders rise by a trunk's length, which tells the same. A crunch, of
which the shoulders come up by a hand's breadth, is none.
"""

from hiitpi.coach import State, Workout, trunk_lean_lying

trunk = trunk_lean_lying(says=("Come up higher", "Shoulders back to the floor"))

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
