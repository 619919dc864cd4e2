"""Sit-ups: from lying on the back, curl up until the shoulder blades leave the floor, and lie down.

A judge sees the shoulder blades come off the floor and go back to it. That is a turn of the trunk
by 16° from where this person lies, whether the camera looks along the floor or down on it; a full
sit-up turns it by 80°, which the score rewards. It lies again three tenths of that way above the
floor at most. Hands that carry the shoulders make a push-up or a plank, hips as high over the feet
as those of somebody who kneels or bends make no sit-up either, and a head that hangs down makes a
handstand.
"""

from hiitpi.coach import (
    State,
    Workout,
    curl,
    curl_left,
    height,
    require_visible,
    trunk_lean_lying,
)

up = curl(says=("Shoulders back to the floor", "Come up higher"))
down = curl_left(says=("Shoulders back to the floor", "Come up higher"))
trunk = trunk_lean_lying(says=("Come up higher", "Lie down on your back"))
hips = height("hip", over="ankle", per="leg", says=("Lie down on your back", ""), needed=False)
hands = require_visible(
    height("shoulder", over="wrist", per="arm", says=("Hands off the floor", ""), needed=False)
)

workout = Workout(
    name="Sit-ups",
    view="side",
    states=(
        State("lying", down < 0, up < 26, trunk > 42, hands < 0.45),
        State("up", up > 16),
    ),
    throughout=(hips < 0.5, trunk < 120),
    full_range={up: (5, 75)},
    lowering="back",
    signal=trunk,
    shortest=0.35,
    pace=25,
    floor=True,
)
