"""Plank."""

from hiitpi.coach import State, Workout, angle, arch, lean

hips = arch("shoulder", "hip", "ankle", per="torso", says=("Hips lower", "Hips higher"))
trunk = lean(says=("Hands on the floor", "Hands on the floor"))
knees = angle("hip", "knee", "ankle", says=("", "Straighten your legs"), needed=False)

workout = Workout(
    name="Plank",
    view="side",
    states=(State("plank", trunk > 60, trunk < 110, hips < 0.25, hips > -0.15),),
    full_range={},
    signal=hips,
    floor=True,
)
