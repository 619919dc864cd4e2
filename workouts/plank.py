"""Plank."""

from hiitpi.coach import State, Workout, arch, height, lean

hips = arch("shoulder", "hip", "ankle", per="torso", says=("Hips lower", "Hips higher"))
trunk = lean(says=("Hands on the floor", "Hands on the floor"))
arms = height("shoulder", over="elbow", per="arm", says=("", "Push up from the floor"), needed=False)

workout = Workout(
    name="Plank",
    view="side",
    states=(State("plank", trunk > 60, trunk < 110, hips < 0.25, hips > -0.15, arms > 0.25),),
    full_range={},
    signal=hips,
    floor=True,
)
