"""High knees."""

from hiitpi.coach import State, Workout, height, larger, lean

knee = height("knee", over="hip", per="torso", says=("Foot down", "Knees higher"))
hips = larger(height("hip", over="ankle", per="leg", says=("", "Stand tall"), needed=False))
trunk = lean(says=("Stand upright", "Stand upright"))

workout = Workout(
    name="High Knees",
    view="any",
    states=(
        State("down", knee < -0.68),
        State("up", knee > -0.5),
    ),
    throughout=(trunk < 45, hips > 0.8),
    full_range={knee: (-0.8, -0.2)},
    signal=knee,
    each_side=True,
    shortest=0.2,
    pace=140,
)
