"""High knees: run on the spot and lift each knee to about the height of the hips. Each lift counts.

The standard: a thigh near level while the other leg stands straight. The knee of a standing leg is
0.85 trunk lengths below the hip; walking lifts it to 0.7. At 0.5 the thigh is more than halfway up,
at 0.2 nearly level; to a camera at 1.8 m a level thigh looks like 0.45. In a squat both knees come
near the height of the hips; here one knee is well above the other and the standing leg is straight.
Its foot comes along, 17 cm or more off the floor, which a pose model that puts a knee into the air
does not invent.
"""

from hiitpi.coach import State, Workout, ahead, height, larger, lean, step

knee = height("knee", over="hip", per="torso", says=("Foot down", "Knees higher"))
lead = ahead(knee, says=("Foot down", "One knee at a time"))
feet = step("ankle", per="torso", says=("", "One knee at a time"), needed=False)
hips = larger(
    height("hip", over="ankle", per="leg", says=("", "Stand tall on one leg"), needed=False)
)
trunk = lean(says=("Stand upright", "Stand upright"))

workout = Workout(
    name="High Knees",
    view="any",
    states=(
        State("down", knee < -0.68),
        State("up", knee > -0.5, lead > 0.2, feet > 0.35),
    ),
    throughout=(trunk < 45, hips > 0.8),
    full_range={knee: (-0.8, 0.4)},
    signal=knee,
    each_side=True,
    shortest=0.06,
    pace=140,
)
