"""Measures of the body, their readings in a frame, and conditions on them.

A `Measure` compared with a number is a `Condition`, which knows its threshold, by how much a
reading misses it, and the cue for the athlete.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from hiitpi.coach.rules.body import NAN, BodyTracker

#: Minimum score of a side that is used, as a fraction of the other side's score. When the camera
#: films from the side, the engine only guesses the far limbs.
MIN_SIDE_RATIO: Final = 0.6


@dataclass(frozen=True, slots=True)
class Reading:
    """The value of a measure in one frame, in the measure's unit.

    Attributes:
        value: the value for the whole body; NaN if it is not visible.
        left: the value for the left side; NaN if that is not visible well enough, or if the measure
            has no sides.
        right: likewise for the right side.
    """

    value: float
    left: float = NAN
    right: float = NAN


UNSEEN: Final = Reading(NAN)

Side = Callable[[BodyTracker, int], float]


@dataclass(frozen=True, eq=False)
class Measure:
    """A named quantity of the body, such as an angle.

    Attributes:
        name: name for graphs and documents.
        unit: its unit, such as "°" or " × torso".
        says: cues for the athlete: (if the value should be lower, if it should be higher).
        joints: the joints that it uses; each must be visible on at least one side.
        read: computes the reading for a body.
        slack: by how much a single side may miss a threshold that the whole body reaches, in the
            unit.
        needed: whether counting stops while it is not visible. Otherwise its conditions count as
            fulfilled then.
        side: computes the value for one side, 0 left or 1 right; None if it has no sides.
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
        """Return the reading for one side, 0 left or 1 right; of the body if it has no sides."""
        return Reading(self.side(body, side)) if self.side else self.read(body)

    def __lt__(self, threshold: float) -> "Condition":
        return Condition(self, "<", threshold)

    def __gt__(self, threshold: float) -> "Condition":
        return Condition(self, ">", threshold)


@dataclass(frozen=True)
class Condition:
    """A measure compared with a threshold, such as `arms > 110`.

    Attributes:
        measure: the measure.
        sign: the comparison.
        threshold: the threshold, in the measure's unit.
        words: cue for an athlete who misses it; "" for the measure's.
    """

    measure: Measure
    sign: Literal["<", ">"]
    threshold: float
    words: str = field(default="", compare=False)

    def missed_by(self, reading: Reading) -> float:
        """Return by how much a reading misses the threshold.

        Each visible side must come within the measure's slack, so that one arm cannot compensate
        for the other.

        Returns:
            The difference in the measure's unit; 0 or less if the condition is fulfilled, NaN if
            the reading is not visible.
        """
        worst = self._missed(reading.value)
        for side in (reading.left, reading.right):
            if not math.isnan(side):
                worst = max(worst, self._missed(side) - self.measure.slack)
        return worst

    def _missed(self, value: float) -> float:
        return value - self.threshold if self.sign == "<" else self.threshold - value

    def at(self, shortfall: float) -> float:
        """Return the value that misses the threshold by an amount, in the measure's unit."""
        return self.threshold + (shortfall if self.sign == "<" else -shortfall)

    @property
    def needed(self) -> str:
        """The comparison without the measure's name."""
        return f"{self.sign} {self.threshold:g}{self.measure.unit}"

    @property
    def cue(self) -> str:
        """Cue for an athlete who misses it."""
        return self.words or self.measure.says[0 if self.sign == "<" else 1]

    def __str__(self) -> str:
        return f"{self.measure.name} {self.needed}"


def ahead(measure: Measure, *, says: tuple[str, str]) -> Measure:
    """Return the measure of a side's lead: its value of `measure` minus the other side's.

    Args:
        measure: a measure that has sides.
        says: cues; see `Measure`.
    """
    value = measure.side
    assert value is not None, f"{measure.name} has no sides"

    def side(body: BodyTracker, s: int) -> float:
        return value(body, s) - value(body, 1 - s)

    def read(body: BodyTracker) -> Reading:
        return Reading(abs(side(body, 0)))

    name = f"lead in {measure.name}"
    return replace(measure, name=name, says=says, read=read, side=side, needed=False)


def require_visible(measure: Measure) -> Measure:
    """Return `measure`, but not visible while a joint has a low score on both sides."""

    def read(body: BodyTracker) -> Reading:
        return measure.read(body) if is_visible(body, measure.joints) else UNSEEN

    return replace(measure, read=read)


def is_visible(body: BodyTracker, joints: tuple[str, ...]) -> bool:
    """Return whether the score of each joint is at least `SEEN` on one side."""
    return all(body.is_visible(joint) for joint in joints)


def smaller(measure: Measure) -> Measure:
    """Return the measure of the smaller one of both sides' values, even of low scores."""
    return _select(measure, min, "smaller")


def larger(measure: Measure) -> Measure:
    """Return the measure of the larger one of both sides' values, even of low scores."""
    return _select(measure, max, "larger")


def _select(measure: Measure, pick: Callable[[list[float]], float], name_prefix: str) -> Measure:
    side = measure.side
    assert side is not None, f"{measure.name} has no sides"

    def read(body: BodyTracker) -> Reading:
        visible = [value for value in (side(body, 0), side(body, 1)) if not math.isnan(value)]
        return Reading(pick(visible)) if visible else UNSEEN

    return replace(measure, name=f"{name_prefix} {measure.name}", read=read, side=None)


def sided(
    name: str,
    unit: str,
    says: tuple[str, str],
    joints: tuple[str, ...],
    side: Side,
    slack: float,
    needed: bool,
) -> Measure:
    """Create a measure that each side has.

    Its value for the whole body is the mean of both sides, weighted by the square of the lowest
    score of their joints.

    Args:
        name: see `Measure`.
        unit: see `Measure`.
        says: see `Measure`.
        joints: see `Measure`.
        side: computes the value for one side, 0 left or 1 right; NaN if it is not visible.
        slack: see `Measure`.
        needed: see `Measure`.
    """

    def read(body: BodyTracker) -> Reading:
        left, right = side(body, 0), side(body, 1)
        score_left = 0.0 if math.isnan(left) else min(body.score(j, 0) for j in joints)
        score_right = 0.0 if math.isnan(right) else min(body.score(j, 1) for j in joints)
        if score_left == score_right == 0.0:
            return UNSEEN
        if score_right < MIN_SIDE_RATIO * score_left:
            right = NAN
        elif score_left < MIN_SIDE_RATIO * score_right:
            left = NAN
        if math.isnan(right):
            return Reading(left, left, NAN)
        if math.isnan(left):
            return Reading(right, NAN, right)
        wl, wr = score_left**2, score_right**2
        return Reading((wl * left + wr * right) / (wl + wr), left, right)

    return Measure(name, unit, says, joints, read, slack, needed, side)
