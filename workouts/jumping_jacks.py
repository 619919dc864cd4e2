"""Jumping jacks: from feet together and arms down, jump to feet wide and hands overhead, and back.

The standard: arms above the shoulders, well over level, and feet apart, then arms down and feet
together. On recordings of real people the angle of the arms alone counts every repetition, with
each engine. Arms raised to a V reach 120-135°; level arms, as in half a jumping jack, may look like
100°. At 45° they are down. The feet must go out and in as well, if the camera sees them.
Leaning, lying and handstands do not count.
"""

from hiitpi.coach import State, Workout, angle, lean, spread

arms = angle("hip", "shoulder", "elbow", says=("Lower your arms", "Hands higher"))
feet = spread("ankle", per="torso", says=("Feet together", "Feet wider"), needed=False)
trunk = lean(says=("Stand upright", "Stand upright"))

workout = Workout(
    name="Jumping Jacks",
    view="front",
    states=(
        State("closed", arms < 45, feet < 0.6),
        State("open", arms > 110, feet > 0.7),
    ),
    throughout=(trunk < 35,),
    full_range={arms: (15, 175), feet: (0.2, 1.6)},
    signal=arms,
    shortest=0.1,
    pace=48,
    hands=("overhead",),
)
