"""Bicycle crunches: on the back, one knee drawn to the chest and the other leg stretched, in turn.

The standard: the thigh comes up to upright while the other leg is stretched out. The angle at the
hip is then about 60° with the knee drawn in, and 150° with the leg stretched. A single camera
cannot see whether the elbow comes to the knee. In a mountain climber the knee is below the hip;
here it is above, and the hands do not carry the shoulders. A leg that is raised straight has a
straight knee. The rules are derived from the movement; no recording was available to check them.
"""

from hiitpi.coach import State, Workout, ahead, angle, height, lean

hip = angle("shoulder", "hip", "knee", says=("Knee to the chest", "Stretch your leg"))
lead = ahead(hip, says=("Stretch the other leg", ""))
knee = angle("hip", "knee", "ankle", says=("Bend the knee", ""), needed=False)
thigh = height("knee", over="hip", per="torso", says=("", "Lie down on your back"))
hips = height("hip", over="ankle", per="leg", says=("Lie down on your back", ""), needed=False)
hands = height("shoulder", over="wrist", per="arm", says=("Hands off the floor", ""), needed=False)
trunk = lean(says=("", "Lie down on your back"))

workout = Workout(
    name="Bicycle Crunches",
    view="side",
    states=(
        State("stretched", hip > 120),
        State("drawn in", hip < 78, lead < -35, knee < 130, thigh > 0.2),
    ),
    throughout=(trunk > 45, hips < 0.5, hands < 0.45),
    full_range={hip: (50, 150)},
    signal=hip,
    each_side=True,
    shortest=0.35,
    longest=4,
    pace=60,
    floor=True,
)
