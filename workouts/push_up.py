"""Push-ups: from straight arms, lower the chest until the elbows are bent, and push up again.

The standard: elbows at a right angle or less. Depth is the height of the shoulders over the lower
hand in arm lengths: 1 with straight arms, about 0.5 with the elbows at a right angle (the forearm
is half of the arm, and upright then), 0.3 with the chest near the floor. It looks the same from the
side and from the front, and needs neither legs nor face. In the keypoints of four engines right
angles read up to 0.58; half push-ups read more. With the hands on a bar, a bench or a box and the
body straight, depth is the distance from the hands.

A person who stands and lifts the hands also brings them near the shoulders. Therefore the elbows
must bend, the thighs must not hang down from the hips, and the trunk must be level or point at the
camera. Hands an arm's length above the feet are higher than any bench: that is a squat. Hips above
the shoulders, as in a downward dog, do not count either.
"""

from hiitpi.coach import (
    State,
    Workout,
    angle,
    height,
    larger,
    lean,
    press,
    require_visible,
    unless_leaning_on_hands,
)

depth = larger(press(says=("Chest lower", "Push all the way up")))
elbows = angle(
    "shoulder", "elbow", "wrist", says=("Bend your elbows", "Straighten your arms"), needed=False
)
trunk = unless_leaning_on_hands(
    lean(says=("Hips lower", "Down on hands and toes"), toward=30, needed=False)
)
thighs = unless_leaning_on_hands(
    require_visible(
        height("hip", over="knee", per="arm", says=("Down on hands and toes", ""), needed=False)
    )
)
hands = unless_leaning_on_hands(
    require_visible(
        height("wrist", over="ankle", per="arm", says=("Hands on the floor", ""), needed=False)
    )
)

workout = Workout(
    name="Push-ups",
    view="any",
    states=(
        State("up", depth > 0.85),
        State("down", depth < 0.58, elbows < 125),
    ),
    throughout=(trunk > 50, trunk < 125, thighs < 0.6, hands < 1.0),
    full_range={depth: (0.25, 1.0)},
    lowering="out",
    signal=depth,
    shortest=0.15,
    pace=25,
    floor=True,
)
