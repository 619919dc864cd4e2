"""The placeholder for a workout that is not known yet, in a session of “Just train”."""

from typing import Final

from hiitpi.coach.rules.measures import height, lean
from hiitpi.coach.rules.workout import State, Workout

#: Slug of the placeholder, in programs and in sets whose workout was not recognised.
ANY: Final = "any"

#: Nothing is counted by it. Its measures say what the camera must see before the start: the whole
#: body, standing.
_body = height("hip", over="ankle", per="torso", says=("", ""))
_trunk = lean(says=("", ""))

ANY_WORKOUT: Final = Workout(
    name="Just train",
    view="any",
    states=(State("up", _trunk < 45), State("down", _trunk > 45)),
    full_range={},
    signal=_body,
    slug=ANY,
)
