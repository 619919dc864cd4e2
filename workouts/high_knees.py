"""High knees: run on the spot and lift each knee to about the height of the hips. Each lift counts.

The standing thigh points down, the knee 0.85 trunk lengths below the hip; walking lifts it to 0.7.
At 0.5 the thigh is lifted by more than half of the right angle, at 0.2 it is nearly level; a camera
on a shelf, 1.8 m high, sees a level thigh at 0.45. In a squat both knees come to the height of the
hips; here one is well above the other, and the standing leg is straight.
"""

from hiitpi.coach import State, Workout, ahead, height, larger, lean

knee = height("knee", over="hip", per="torso", says=("Foot down", "Knees higher"))
lead = ahead(knee, says=("Foot down", "One knee at a time"))
hips = larger(
    height("hip", over="ankle", per="leg", says=("", "Stand tall on one leg"), needed=False)
)
trunk = lean(says=("Stand upright", "Stand upright"))

workout = Workout(
    name="High Knees",
    view="any",
    states=(
        State("down", knee < -0.68),
        State("up", knee > -0.5, lead > 0.2),
    ),
    throughout=(trunk < 45, hips > 0.8),
    full_range={knee: (-0.8, 0.4)},
    signal=knee,
    each_side=True,
    shortest=0.06,
    pace=140,
)
