"""Understands an example: which measure swings with the repetitions, and what the rules are.

The constants were chosen on the recordings of some 60 people: a workout was taught with five
repetitions of each, and counted on the recordings of all others (`evaluate --teach`).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

from hiitpi.coach.teaching.conditions import bends, goes_along, holds_still, jumps, throughout
from hiitpi.coach.teaching.draft import Clause, Draft, Sign, View
from hiitpi.coach.teaching.example import Example
from hiitpi.coach.teaching.lesson import Lesson, judge
from hiitpi.coach.teaching.swings import Swings, find_swings
from hiitpi.coach.teaching.vocabulary import WORDS, Word
from hiitpi.errors import WorkoutError

#: Where the thresholds are, as fractions of the way from the first position to the turn. Others do
#: not go as far as the one who shows it; with the arms most do, and few come up all the way from
#: lying.
FIRST: Final = 0.22
TURN: Final = 0.46
TURN_ARMS: Final = 0.55
TURN_UP: Final = 0.28

#: Minimum lead of one side over the other, as a fraction of the way, if the sides take turns.
LEAD: Final = 0.25

#: Minimum quality of the swings, minimum extent as a fraction of a large movement, and minimum
#: score of a signal. Below, people are asked to show it again.
MIN_QUALITY: Final = 0.35
MIN_AMOUNT: Final = 0.25
MIN_SCORE: Final = 0.5

#: Weight of the way from the hands to the shoulders where the hands stay in place.
SUPPORTED_WEIGHT: Final = 1.4

#: The best signals are tried until the rules count the example itself correctly.
MAX_TRIALS: Final = 6

NOTHING_FOUND: Final = (
    "No movement was found that was repeated {reps} times. Begin and end in the first position, "
    "let the camera see the whole body, and do nothing else."
)


@dataclass(frozen=True)
class Lead:
    """A measure that may be the signal.

    Attributes:
        word: the measure.
        swings: its swings, of the whole body, or of the left and the right side.
        score: how well it suits.
    """

    word: Word
    swings: tuple[Swings, ...]
    score: float

    @property
    def each_side(self) -> bool:
        """Whether the sides take turns."""
        return len(self.swings) == 2


def learn(example: Example, name: str, view: View, reps: int) -> Lesson:
    """Return the workout that an example shows, and what its rules see in the example.

    Args:
        example: the example.
        name: display name of the workout.
        view: the side that the athlete showed to the camera, "front" or "side"; "any" for both.
        reps: repetitions in the example; if left and right take turns, of each side or of both
            together.

    Raises:
        WorkoutError: nothing swings like that, and nothing is held.
    """
    best: Lesson | None = None
    for lead in _leads(example, view, reps)[:MAX_TRIALS]:
        lesson = judge(_draft(example, name, view, lead), example.frames)
        if lesson.reps == lesson.draft.shown:
            return lesson
        best = best or lesson
    if best:
        return best
    held = holds_still(example, name, view)
    if held is None:
        raise WorkoutError(NOTHING_FOUND.format(reps=reps))
    return judge(held, example.frames)


def _leads(example: Example, view: View, reps: int) -> list[Lead]:
    """Return the measures that swing as often as the athlete has counted, best first."""
    found: list[Lead] = []
    for word in WORDS:
        if not word.can_be_seen(view):
            continue
        weight = word.floor_weight if example.floor else word.weight
        if word.name == "push" and example.hands_stay:
            weight = SUPPORTED_WEIGHT
        whole = find_swings(example.times, example.values(word.name))
        if whole and len(whole.swings) == reps:
            found += _lead(word, weight, whole)
        if word.sided:
            left, right = (
                find_swings(example.times, example.values(word.name, side)) for side in (0, 1)
            )
            if left and right and _take_turns(left, right, reps):
                found += _lead(word, weight, left, right)
    return sorted(found, key=lambda lead: -lead.score)


def _lead(word: Word, weight: float, *swings: Swings) -> Iterable[Lead]:
    quality = min(s.quality for s in swings)
    amount = min(abs(s.extent) for s in swings) / word.scale
    score = weight * quality * math.sqrt(min(1.0, amount))
    if quality >= MIN_QUALITY and amount >= MIN_AMOUNT and score >= MIN_SCORE:
        yield Lead(word, swings, score)


def _take_turns(left: Swings, right: Swings, reps: int) -> bool:
    """Return whether left and right swing in turn, as often as was counted."""
    lefts, rights = len(left.swings), len(right.swings)
    if lefts + rights not in (reps, 2 * reps) or abs(lefts - rights) > 1 or not lefts * rights:
        return False
    turns = sorted((swing.turned, i) for i, s in enumerate((left, right)) for swing in s.swings)
    same_way = (left.extent > 0) == (right.extent > 0)
    return same_way and all(a != b for (_, a), (_, b) in pairwise(turns))


def _draft(example: Example, name: str, view: View, lead: Lead) -> Draft:
    rest, far = (median(getattr(s, end) for s in lead.swings) for end in ("rest", "far"))
    extent, word = far - rest, lead.word
    out: Sign = ">" if extent > 0 else "<"
    back: Sign = "<" if extent > 0 else ">"
    turn = [Clause(word.name, out, rest + _turn(word) * extent)]
    if lead.each_side:
        turn.append(Clause(word.name, out, LEAD * extent, lead=True))
    elif word.name == "push":
        turn += bends(example, lead.swings[0], "elbow")
    elif not example.floor:
        turn += goes_along(example, lead.swings[0], word)
    if example.hands_stay:
        _, most = example.limits("still")
        turn.append(Clause("still", "<", max(0.6, 2 * most)))
    jump = [] if lead.each_side else jumps(example, lead.swings[0], word)
    swings = [swing for side in lead.swings for swing in side.swings]
    durations = [swing.ended - swing.began for swing in swings]
    interval = _interval([swing.turned for swing in swings])
    seconds = example.times[-1] - example.times[0]
    return Draft(
        name=name,
        view=view,
        states=(
            ("start", (Clause(word.name, back, rest + FIRST * extent),)),
            ("turn", tuple(turn)),
            *([("jump", tuple(jump))] if jump else []),
        ),
        throughout=throughout(example),
        signal=word.name,
        full_range={word.name: (min(rest, far), max(rest, far))},
        shortest=max(0.06, 0.4 * min(durations)),
        longest=max(4.0, 4 * max(durations)),
        pace=60 / interval,
        each_side=lead.each_side,
        floor=example.floor,
        hands=example.hands_up,
        shown=len(swings),
        about=(
            f"{len(swings)} repetitions were shown in {seconds:.0f} s, from the {view}.",
            f"The {word.measure.name} went from {rest:.3g} to {far:.3g}{word.measure.unit}.",
            *(["Every repetition ended with a jump."] if jump else []),
        ),
    )


def _turn(word: Word) -> float:
    if word.name == "up":
        return TURN_UP
    return TURN_ARMS if word.part == "arms" and word.name != "push" else TURN


def _interval(moments: Sequence[float]) -> float:
    """Return the usual seconds between two turns; 2 if there is only one."""
    gaps = [b - a for a, b in pairwise(sorted(moments))]
    return max(0.1, median(gaps)) if gaps else 2.0
