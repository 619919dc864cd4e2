"""Pull-ups: hang from a bar with straight arms, pull the chin over it, and go down again.

The standard: the chin over the bar. The shoulders are then half an arm or less below the hands, and
a whole arm when hanging. The body rises while the hands stay where they are; in an overhead press
it is the other way round, and in a squat with a bar both move. The rules are derived from the
movement; no recording was available to check them.
"""

from hiitpi.coach import State, Workout, angle, hand_travel, height, lean, rise

shoulders = height(
    "shoulder", over="wrist", per="arm", says=("Straighten your arms", "Chin over the bar")
)
elbows = angle(
    "shoulder", "elbow", "wrist", says=("Bend your elbows", "Straighten your arms"), needed=False
)
hands = hand_travel(per="arm", says=("Keep your hands on the bar", ""))
body = rise("shoulder", per="arm", says=("", "Pull yourself up"))
trunk = lean(says=("Hang upright", "Hang upright"), needed=False)

workout = Workout(
    name="Pull-ups",
    view="any",
    states=(
        State("hanging", shoulders < -0.85),
        State("up", shoulders > -0.5, elbows < 110, body > 0.25, hands < 0.5),
    ),
    throughout=(shoulders < 0.0, trunk < 50),
    full_range={shoulders: (-1.0, -0.2)},
    lowering="back",
    signal=shoulders,
    shortest=0.3,
    pace=20,
    hands=("overhead",),
)
