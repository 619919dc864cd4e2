"""A named quantity of the body, its reading at a moment, and a condition on it.

A `Measure` compared with a number is a `Condition`, which knows its threshold, how far a value
missed it, and the words that help the athlete.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from hiitpi.coach.rules.body import NAN, BodyTracker

#: A side counts as seen well when its score is at least this part of the other side's: from the
#: side, the far limb is guessed rather than seen.
MIN_SIDE_RATIO = 0.6


@dataclass(frozen=True, slots=True)
class Reading:
    """The value of a measure at one moment; NaN: not seen.

    Attributes:
        value: of the whole body.
        left, right: of each side that is seen well; NaN also when the measure has no sides.
    """

    value: float
    left: float = NAN
    right: float = NAN


UNSEEN: Final = Reading(NAN)

Side = Callable[[BodyTracker, int], float]


@dataclass(frozen=True, eq=False)
class Measure:
    """A named quantity of the body.

    Attributes:
        name: what it is, in words, for graphs and documents.
        unit: "°" or "× torso" and the like.
        says: words for the athlete: (when the value should be lower, when it should be higher).
        joints: the joints it is made of; all must be seen, on one side at least.
        read: takes the measure of a body.
        slack: in the unit, how much either side alone may fall short of what both must reach.
        needed: whether a condition on it holds a repetition up when the joints are out of view.
        side: takes the measure of one side, 0 left, 1 right; None: it has no sides.
    """

    name: str
    unit: str
    says: tuple[str, str]
    joints: tuple[str, ...]
    read: Callable[[BodyTracker], Reading]
    slack: float = 0.0
    needed: bool = True
    side: Side | None = None

    def of(self, body: BodyTracker, side: int) -> Reading:
        """The measure of one side alone; of the whole body when it has no sides."""
        return Reading(self.side(body, side)) if self.side else self.read(body)

    def __lt__(self, threshold: float) -> "Condition":
        return Condition(self, "<", threshold)

    def __gt__(self, threshold: float) -> "Condition":
        return Condition(self, ">", threshold)


@dataclass(frozen=True)
class Condition:
    """A measure compared with a threshold: `arms > 110`."""

    measure: Measure
    sign: Literal["<", ">"]
    threshold: float
    words: str = field(default="", compare=False)

    def missed_by(self, reading: Reading) -> float:
        """How far `reading` is from fulfilling this, in the measure's unit; 0 or less: fulfilled.

        Each side that is seen well must come near, so that one arm cannot do the work of two.
        """
        worst = self._missed(reading.value)
        for side in (reading.left, reading.right):
            if not math.isnan(side):
                worst = max(worst, self._missed(side) - self.measure.slack)
        return worst

    def _missed(self, value: float) -> float:
        return value - self.threshold if self.sign == "<" else self.threshold - value

    @property
    def cue(self) -> str:
        """What to tell an athlete who missed it."""
        return self.words or self.measure.says[0 if self.sign == "<" else 1]

    def __str__(self) -> str:
        return f"{self.measure.name} {self.sign} {self.threshold:g}{self.measure.unit}"


def ahead(measure: Measure, *, says: tuple[str, str]) -> Measure:
    """By how much a side's value of `measure` is more than the other side's."""
    of = measure.side
    assert of is not None, f"{measure.name} has no sides"

    def side(body: BodyTracker, s: int) -> float:
        return of(body, s) - of(body, 1 - s)

    def read(body: BodyTracker) -> Reading:
        return Reading(abs(side(body, 0)))

    name = f"lead in {measure.name}"
    return replace(measure, name=name, says=says, read=read, side=side, needed=False)


def require_visible(measure: Measure) -> Measure:
    """`measure`, unseen while any of its joints is only guessed on both sides."""

    def read(body: BodyTracker) -> Reading:
        return measure.read(body) if is_visible(body, measure.joints) else UNSEEN

    return replace(measure, read=read)


def is_visible(body: BodyTracker, joints: tuple[str, ...]) -> bool:
    """Whether each of the joints is seen, and not only guessed, on one side at least."""
    return all(body.is_visible(joint) for joint in joints)


def smaller(measure: Measure) -> Measure:
    """The smaller one of the left and the right value of `measure`, however well seen."""
    return _one_of(measure, min, "smaller")


def larger(measure: Measure) -> Measure:
    """The larger one of the left and the right value of `measure`, however well seen."""
    return _one_of(measure, max, "larger")


def _one_of(measure: Measure, pick: Callable[[list[float]], float], word: str) -> Measure:
    side = measure.side
    assert side is not None, f"{measure.name} has no sides"

    def read(body: BodyTracker) -> Reading:
        known = [value for value in (side(body, 0), side(body, 1)) if not math.isnan(value)]
        return Reading(pick(known)) if known else UNSEEN

    return replace(measure, name=f"{word} {measure.name}", read=read, side=None)


def sided(
    name: str,
    unit: str,
    says: tuple[str, str],
    joints: tuple[str, ...],
    side: Side,
    slack: float,
    needed: bool,
) -> Measure:
    """A measure that each side has; sides weigh by the score of their worst joint, squared."""

    def read(body: BodyTracker) -> Reading:
        left, right = side(body, 0), side(body, 1)
        sure_left = 0.0 if math.isnan(left) else min(body.score(j, 0) for j in joints)
        sure_right = 0.0 if math.isnan(right) else min(body.score(j, 1) for j in joints)
        if sure_left == sure_right == 0.0:
            return UNSEEN
        if sure_right < MIN_SIDE_RATIO * sure_left:
            right = NAN
        elif sure_left < MIN_SIDE_RATIO * sure_right:
            left = NAN
        if math.isnan(right):
            return Reading(left, left, NAN)
        if math.isnan(left):
            return Reading(right, NAN, right)
        wl, wr = sure_left**2, sure_right**2
        return Reading((wl * left + wr * right) / (wl + wr), left, right)

    return Measure(name, unit, says, joints, read, slack, needed, side)
