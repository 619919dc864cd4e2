"""Wall sit: sit with the back against a wall and the thighs level, held. Every second counts.

The standard: thighs within 20° of level (sin 20° = 0.35), trunk upright, knees within 15° of a
right angle. The shins are then upright too, unlike those in a squat that is held. A chair looks the
same as a wall to the camera. The rules are derived from the movement; no recording was available to
check them.
"""

from hiitpi.coach import State, Workout, angle, height, lean

thighs = height(
    "hip", over="knee", per="shin", says=("Lower: thighs level", "Higher: thighs level")
)
knees = angle("hip", "knee", "ankle", says=("Feet closer to the wall", "Feet further out"))
trunk = lean(says=("Back against the wall", "Back against the wall"))

workout = Workout(
    name="Wall Sit",
    view="side",
    states=(State("seated", thighs < 0.35, thighs > -0.35, knees > 75, knees < 105, trunk < 20),),
    full_range={},
    signal=thighs,
    pace=60,
)
