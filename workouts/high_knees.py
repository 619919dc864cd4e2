"""High knees: run on the spot and lift each knee to about the height of the hips. Each lift counts.

The standing thigh points down, the knee 0.85 trunk lengths below the hip; walking lifts it to 0.7.
At 0.5 the thigh is lifted by more than half of the right angle, at 0.2 it is nearly level. In a
squat the knees come to the height of the hips as well, but nobody stands on a straight leg then.
"""

from hiitpi.coach import State, Workout, height, larger, lean

knee = height("knee", over="hip", per="torso", says=("Foot down", "Knees higher"))
hips = larger(
    height("hip", over="ankle", per="leg", says=("", "Stand tall on one leg"), needed=False)
)
trunk = lean(says=("Stand upright", "Stand upright"))

workout = Workout(
    name="High Knees",
    view="any",
    states=(
        State("down", knee < -0.68),
        State("up", knee > -0.5),
    ),
    throughout=(trunk < 45, hips > 0.8),
    full_range={knee: (-0.8, -0.25)},
    signal=knee,
    each_side=True,
    shortest=0.2,
    pace=140,
)
