"""Star jumps: jump up with arms and legs spread to a star, and land with feet together, arms down.

The standard: both feet 10 cm off the floor, a quarter of a shin, while the arms are level or higher
and the feet are apart. Jumping jacks have the same positions, but on the floor. The rules are
derived from the movement; no recording was available to check them.
"""

from hiitpi.coach import State, Workout, angle, lean, rise, spread

arms = angle("hip", "shoulder", "elbow", says=("Lower your arms", "Hands higher"))
feet = spread("ankle", per="torso", says=("Feet together", "Feet wider"))
air = rise("ankle", per="shin", says=("Land", "Jump: both feet off the floor"))
trunk = lean(says=("Stand upright", "Stand upright"))

workout = Workout(
    name="Star Jumps",
    view="front",
    states=(
        State("closed", arms < 45, feet < 0.7, air < 0.1),
        State("star", arms > 80, feet > 0.8, air > 0.25),
    ),
    throughout=(trunk < 45,),
    full_range={arms: (15, 150), feet: (0.2, 1.6), air: (0.0, 0.85)},
    signal=arms,
    shortest=0.15,
    pace=30,
    hands=("overhead",),
)
