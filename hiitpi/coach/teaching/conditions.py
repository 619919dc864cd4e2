"""The conditions beside the signal: what goes along with it, what holds throughout, and holds."""

import math
from statistics import median
from typing import Final

from hiitpi.coach.teaching.draft import Clause, Draft, Sign, View
from hiitpi.coach.teaching.example import Example
from hiitpi.coach.teaching.swings import Swings
from hiitpi.coach.teaching.vocabulary import BY_NAME, WORDS, Word

#: A measure goes along if it moves by this fraction of a large movement in every repetition; the
#: arms, which are free in most exercises of the legs, by all of it.
MIN_ALONG: Final = 0.3
MIN_ALONG_ARMS: Final = 1.0
ARMS_ALONG: Final = ("arm", "hands")

#: It must go this fraction of the way. Others move it less than the one who shows it.
ALONG: Final = 0.25

#: At most this many measures go along with the signal.
MAX_ALONG: Final = 2

#: Seconds around the turn in which the other measures may turn.
NEAR_S: Final = 0.2

#: The first position: up to this fraction of the way.
RESTING: Final = 0.25

#: A repetition ends with a jump if the lower foot gets higher than this every time, in leg lengths:
#: 9 cm. Others must get this fraction as high.
MIN_JUMP: Final = 0.1
JUMP: Final = 0.5

#: By how much others may go beyond the limits of the example: lean of the trunk in degrees, height
#: of the hips in leg lengths and of the hands in trunk lengths, angles of straight hips and knees
#: in degrees.
LEAN_MARGIN: Final = 25.0
HIPS_MARGIN: Final = 0.25
HANDS_MARGIN: Final = 0.6
STRAIGHT_MARGIN: Final = 45.0

#: An angle of hips or knees that is never smaller is straight, in degrees.
STRAIGHT: Final = 145.0

#: In a hold nothing moves by more than this fraction of a large movement. Others may be this
#: fraction of it away from the one who shows it.
MAX_HELD: Final = 0.25
HELD_MARGIN: Final = 0.28

#: The measures of a hold on the floor and standing, the signal first.
HELD_ON_FLOOR: Final = ("body_line", "trunk", "elbows", "knee")
HELD_STANDING: Final = ("depth", "trunk", "knee", "one_foot", "arm")


def goes_along(example: Example, main: Swings, signal: Word) -> list[Clause]:
    """Return conditions on other parts of the body, which move in every repetition too.

    Args:
        example: the example.
        main: the swings of the signal.
        signal: the signal, of the whole body.
    """
    found = []
    for word in WORDS:
        if word.part == "arms" and word.name not in ARMS_ALONG:
            continue
        for clause, amount in _along(example, main, signal, word):
            if amount >= (MIN_ALONG_ARMS if word.part == "arms" else MIN_ALONG):
                found.append((amount, clause, word.part))
    chosen: list[Clause] = []
    parts = {signal.part}
    for _, clause, part in sorted(found, key=lambda item: -item[0]):
        if part not in parts and len(chosen) < MAX_ALONG:
            chosen.append(clause)
            parts.add(part)
    return chosen


def bends(example: Example, main: Swings, name: str) -> list[Clause]:
    """Return the condition that a joint bends in every repetition, if it does."""
    along = _along(example, main, BY_NAME["push"], BY_NAME[name])
    return [clause for clause, amount in along if clause.sign == "<" and amount >= MIN_ALONG]


def jumps(example: Example, main: Swings, signal: Word) -> list[Clause]:
    """Return the condition of a third position: a jump after the turn, if every repetition has one.

    Only after a squat: in a lunge, seen obliquely, a foot that steps back looks as if it rose.

    Args:
        example: the example.
        main: the swings of the signal.
        signal: the signal, of the whole body.
    """
    if signal.name != "depth" or example.floor:
        return []
    frames = list(
        zip(example.times, example.values("jump"), example.values(signal.name), strict=True)
    )
    turns = [swing.turned for swing in main.swings]
    highest = [
        max(
            (rise for t, rise, v in frames if turn < t < end and main.progress(v) < RESTING),
            default=0.0,
        )
        for turn, end in zip(turns, [*turns[1:], math.inf], strict=True)
    ]
    lowest_jump = min(highest)
    return [Clause("jump", ">", JUMP * lowest_jump)] if lowest_jump > MIN_JUMP else []


def _along(example: Example, main: Swings, signal: Word, word: Word) -> list[tuple[Clause, float]]:
    """Return the conditions for which a measure moves far enough in every repetition.

    Each comes with how far, as a fraction of a large movement, less if that varies.
    """
    if word.measure.joints == signal.measure.joints:
        return []
    values, leading = example.values(word.name), example.values(signal.name)
    resting = [v for v, s in zip(values, leading, strict=True) if main.progress(s) < RESTING]
    rest = _median(resting)
    ends = [example.around(word.name, swing.turned, NEAR_S) for swing in main.swings]
    if math.isnan(rest) or any(math.isnan(low) for low, _ in ends):
        return []
    ways: tuple[tuple[Sign, list[float]], ...] = (
        (">", [high - rest for _, high in ends]),
        ("<", [rest - low for low, _ in ends]),
    )
    found = []
    for sign, way in ways:
        least = min(way)
        if least > 0:
            threshold = rest + (ALONG * least if sign == ">" else -ALONG * least)
            amount = least / word.scale
            if amount >= MIN_ALONG:
                found.append((Clause(word.name, sign, threshold), amount * least / max(way)))
    return found


def throughout(example: Example) -> tuple[Clause, ...]:
    """Return what holds during the whole example: the posture, and what stays straight."""
    clauses: list[Clause] = []
    lean_low, lean_high = example.limits("trunk")
    low, high = example.limits("hips")
    if example.floor:
        if lean_low > 40:
            clauses.append(Clause("trunk", ">", min(50.0, lean_low - LEAN_MARGIN)))
        if high < 0.7:
            clauses.append(Clause("hips", "<", max(0.6, high + HIPS_MARGIN)))
    else:
        if lean_high < 90:
            clauses.append(Clause("trunk", "<", max(45.0, lean_high + LEAN_MARGIN)))
        if low > 0.75:
            clauses.append(Clause("hips", ">", min(0.8, low - HIPS_MARGIN)))
    _, hands = example.limits("hands_over_feet")
    if example.hands_stay and not math.isnan(hands):
        clauses.append(Clause("hands_over_feet", "<", hands + HANDS_MARGIN))
    for name in ("hip", "knee"):
        low, high = example.limits(name)
        if low > STRAIGHT:
            clauses.append(Clause(name, ">", low - STRAIGHT_MARGIN))
        elif name == "hip" and example.floor and high < STRAIGHT:
            clauses.append(Clause(name, "<", max(150.0, high + LEAN_MARGIN)))
    return tuple(clauses)


def holds_still(example: Example, name: str, view: View) -> Draft | None:
    """Return the position that an example holds; None if it moves."""
    names = HELD_ON_FLOOR if example.floor else HELD_STANDING
    clauses: list[Clause] = []
    signal = ""
    for word in (BY_NAME[n] for n in names if BY_NAME[n].can_be_seen(view)):
        low, high = example.limits(word.name)
        if math.isnan(low):
            continue
        if high - low > MAX_HELD * word.scale:
            return None
        margin = HELD_MARGIN * word.scale
        signal = signal or word.name
        clauses += [Clause(word.name, ">", low - margin), Clause(word.name, "<", high + margin)]
    if len(clauses) < 4:
        return None
    seconds = example.times[-1] - example.times[0]
    return Draft(
        name=name,
        view=view,
        states=(("held", tuple(clauses)),),
        throughout=(),
        signal=signal,
        full_range={},
        shortest=0.35,
        longest=15.0,
        pace=60.0,
        each_side=False,
        floor=example.floor,
        hands=example.hands_up,
        shown=int(seconds),
        about=(f"A position was held for {seconds:.0f} s, seen from the {view}.",),
    )


def _median(values: list[float]) -> float:
    """Return the median; NaN if fewer than 7 of 10 values are known."""
    known = [value for value in values if not math.isnan(value)]
    return median(known) if known and len(known) >= 0.7 * len(values) else math.nan
