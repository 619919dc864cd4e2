"""Plank: a straight body on the toes and on hands or forearms, held. Every second counts.

The standard: the hips are on the line from shoulders to ankles, at most a quarter of the trunk's
length above it, and less below it, where the strain is on the back. The shoulders are above the
elbows, so that lying flat does not count. If the trunk points at the camera, its lean is ignored.
"""

from hiitpi.coach import State, Workout, arch, height, lean

hips = arch("shoulder", "hip", "ankle", per="torso", says=("Hips lower", "Hips higher"))
trunk = lean(says=("Hips lower", "Down on hands and toes"), needed=False)
arms = height(
    "shoulder", over="elbow", per="arm", says=("", "Push up from the floor"), needed=False
)

workout = Workout(
    name="Plank",
    view="side",
    states=(State("plank", trunk > 60, trunk < 110, hips < 0.25, hips > -0.15, arms > 0.25),),
    full_range={},
    signal=hips,
    pace=60,
    floor=True,
)
