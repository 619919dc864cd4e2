"""Decides which workout it is, from the repetitions that the rules of each have counted.

The rules of a workout say what a repetition needs, not that nothing else was done: a squat jump is
also a squat, a burpee contains a push-up, and quick steps look like many things. So it takes an
order, the strictest first, and a few comparisons. They were found on the recordings of people/ (90
with an exercise, 26 without); `evaluate --recognise` measures them.
"""

from collections.abc import Callable, Mapping
from typing import Final

#: Repetitions that are needed, where two are not enough. Of a workout in which the sides take
#: turns, each side counts, and a few steps in place look the same.
NEEDED: Final[Mapping[str, int]] = {
    "bicycle_crunch": 4,
    "high_knees": 4,
    "mountain_climber": 4,
    "side_squat_jump": 3,
    "skater": 3,
}
USUALLY_NEEDED: Final = 2

#: Seconds or taps of workouts that occur within others: only named if nothing else was counted.
QUIET: Final[Mapping[str, int]] = {"plank": 4, "wall_sit": 4, "toe_tap": 5}

#: Who has done one of these lies or kneels, and does none of those that are done on the feet.
LYING: Final = ("push_up", "sit_up", "crunch", "glute_bridge")
STANDING: Final = frozenset(
    {
        "high_knees", "jumping_jacks", "jumping_lunge", "lunge", "pull_up", "side_squat_jump",
        "skater", "squat", "squat_jump", "toe_touch",
    }
)  # fmt: skip

#: Order in which the other workouts are preferred, and the fraction of the largest count that each
#: needs.
ORDER: Final = (
    "push_up", "sit_up", "crunch", "pull_up", "bicycle_crunch", "glute_bridge", "side_squat_jump",
    "skater", "mountain_climber", "lunge", "toe_touch", "squat",
)  # fmt: skip
ENOUGH: Final = 0.6


def decide(counts: Mapping[str, int]) -> str | None:
    """Return the workout that the athlete does.

    Args:
        counts: repetitions by slug, of workouts in which the sides take turns of both sides
            together; seconds of holds.

    Returns:
        The slug; None if it cannot be told yet.
    """

    def n(slug: str) -> int:
        return counts.get(slug, 0)

    busy = {slug for slug, count in counts.items() if count and slug not in QUIET}
    if not busy:
        return next((slug for slug, needed in QUIET.items() if n(slug) >= needed), None)
    if n("burpee") and (n("burpee") >= n("squat") or n("plank")):
        if n("burpee") >= USUALLY_NEEDED and 2 * n("burpee") >= n("push_up"):
            return "burpee"
        if n("push_up") <= n("burpee"):
            return None  # the second one is coming
    fitting = {s for s in busy if n(s) >= NEEDED.get(s, USUALLY_NEEDED) and s != "burpee"}
    if any(n(slug) for slug in LYING):
        fitting -= STANDING
    if n("push_up"):
        fitting -= {"mountain_climber"}
    return _strictest(fitting, n) if fitting else None


def _strictest(fitting: set[str], n: Callable[[str], int]) -> str | None:
    """Return the strictest of the workouts that fit; None if it cannot be told yet."""
    if "jumping_jacks" in fitting:
        return "jumping_jacks"
    leap, lunge, squat = n("jumping_lunge"), n("lunge"), n("squat")
    if "jumping_lunge" in fitting and leap > squat and leap >= max(ENOUGH * lunge, n("high_knees")):
        return "jumping_lunge"
    steps = max(n("high_knees"), n("skater"))
    if "lunge" in fitting and lunge > max(squat, n("side_squat_jump")) and lunge >= 0.7 * steps:
        return "lunge"
    if "high_knees" in fitting and n("high_knees") > squat:
        return "high_knees"
    if "squat_jump" in fitting and n("squat_jump") >= squat * 2 / 3:
        return "squat_jump"
    aside = n("side_squat_jump")
    if "side_squat_jump" in fitting and aside >= max(squat, lunge):
        return "side_squat_jump"
    if n("high_knees") >= max(2, squat) or aside >= max(2, squat) > lunge:
        return None  # one more will tell
    if squat and n("plank"):
        return None  # who goes down to the floor in between does burpees
    most = max(n(slug) for slug in fitting)
    if "squat" in fitting and squat >= ENOUGH * most:
        return "squat"
    enough = {slug for slug in fitting if n(slug) >= ENOUGH * most}
    # Own workouts of the house, which the order does not know, come last.
    return next((slug for slug in ORDER if slug in enough), min(enough))
