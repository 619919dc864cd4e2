"""Mountain climbers: on hands and toes, drive one knee to the chest and back. Each drive counts.

The standard: one knee under the chest while the other leg is stretched back, hands on the floor
under the shoulders, arms straight. The angle at the hip is about 160° with the leg stretched and
60° with the knee at the chest. The angles of both sides differ; in a sit-up or a push-up both hips
bend alike. Arms that bend are a push-up or a plank on the forearms.
"""

from hiitpi.coach import State, Workout, ahead, angle, height, lean

hip = angle("shoulder", "hip", "knee", says=("Knee to the chest", "Stretch your leg"))
lead = ahead(hip, says=("Stretch the other leg", ""))
arms = angle("shoulder", "elbow", "wrist", says=("", "Straighten your arms"), needed=False)
hands = height(
    "shoulder", over="wrist", per="arm", says=("", "Hands under the shoulders"), needed=False
)
trunk = lean(says=("", "Hands on the floor"), needed=False)

workout = Workout(
    name="Mountain Climbers",
    view="side",
    states=(
        State("back", hip > 130),
        State("driven", hip < 100, lead < -10, arms > 130, hands > 0.75),
    ),
    throughout=(trunk > 45, hands > 0.5),
    full_range={hip: (45, 160)},
    signal=hip,
    each_side=True,
    shortest=0.11,
    pace=120,
    floor=True,
)
