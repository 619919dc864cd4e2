"""Sit-ups: from lying on the back, curl up until the shoulder blades leave the floor, and lie down.

The standard: the shoulder blades leave the floor and go back to it. The trunk then turns by 15°
from this person's lying position, both for a camera at floor level and for one that looks down; 13°
count, since engines differ by 2°. A full sit-up turns it by 80° and scores higher. The person lies
again after coming back to three tenths of the usual way up. The body bends at the hips, to 142° or
less in recordings; in a push-up it stays straight, nearly always above 150°, although the trunk
turns as far. Hands that carry the shoulders are a push-up or a plank; hips high above the feet are
kneeling or bending over; a head that hangs down is a handstand.
"""

from hiitpi.coach import (
    State,
    Workout,
    angle,
    curl,
    curl_left,
    height,
    require_visible,
    trunk_lean_lying,
)


def curl_ups(name: str, higher: str) -> Workout:
    """Return the rules of sit-ups, which `crunch` shares, with the cue for coming up higher."""
    up = curl(says=("Shoulders back to the floor", higher))
    down = curl_left(says=("Shoulders back to the floor", higher))
    trunk = trunk_lean_lying(says=(higher, "Lie down on your back"))
    bend = angle(
        "shoulder", "hip", "knee", says=("Curl up: the body bends at the hips", ""), needed=False
    )
    hips = height("hip", over="ankle", per="leg", says=("Lie down on your back", ""), needed=False)
    hands = require_visible(
        height("shoulder", over="wrist", per="arm", says=("Hands off the floor", ""), needed=False)
    )
    return Workout(
        name=name,
        view="side",
        states=(
            State("lying", down < 0, up < 26, trunk > 42, hands < 0.45),
            State("up", up > 13, bend < 150),
        ),
        throughout=(hips < 0.5, trunk < 120),
        full_range={up: (5, 75)},
        lowering="back",
        signal=trunk,
        shortest=0.35,
        pace=25,
        floor=True,
        lighter=(up < 40, "These are crunches: come up all the way, or choose Crunches"),
    )


workout = curl_ups("Sit-ups", higher="Come up higher")
