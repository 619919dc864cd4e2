"""The extremes that the measures of a workout reach during one repetition."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hiitpi.coach.rules.measure import Condition, Measure, Reading
from hiitpi.coach.rules.nan import nan_max, nan_min

#: Readings of the measures of a workout in one frame.
Values = Mapping[Measure, Reading]


@dataclass(slots=True)
class Cycle:
    """The extremes of a repetition that has begun.

    Attributes:
        started: time in seconds at which the body was last in the first state.
        low, high: extremes of each measure that has a full range, for the whole body and for each
            side.
        low_at, high_at: times in seconds of the extremes of the whole body.
        frames: number of frames.
        paired: number of frames in which both sides of a measure were visible.
    """

    started: float = math.nan
    low: dict[Measure, Reading] = field(default_factory=dict)
    high: dict[Measure, Reading] = field(default_factory=dict)
    low_at: dict[Measure, float] = field(default_factory=dict)
    high_at: dict[Measure, float] = field(default_factory=dict)
    frames: int = 0
    paired: dict[Measure, int] = field(default_factory=dict)

    def turned(self, condition: Condition) -> float:
        """Return the time, in seconds, of the extreme on a condition's side; NaN if not visible."""
        at = self.low_at if condition.sign == "<" else self.high_at
        return at.get(condition.measure, math.nan)

    def add(self, values: Values, time: float) -> None:
        """Add the readings of a frame captured at `time` (seconds)."""
        self.frames += 1
        for measure, reading in values.items():
            both = not math.isnan(reading.left + reading.right)
            self.paired[measure] = self.paired.get(measure, 0) + both
            low, high = self.low.get(measure, reading), self.high.get(measure, reading)
            if reading.value < low.value or math.isnan(low.value) or measure not in self.low:
                self.low_at[measure] = time
            if reading.value > high.value or math.isnan(high.value) or measure not in self.high:
                self.high_at[measure] = time
            self.low[measure] = _per_side(nan_min, low, reading)
            self.high[measure] = _per_side(nan_max, high, reading)


def _per_side(of: Callable[[float, float], float], a: Reading, b: Reading) -> Reading:
    return Reading(of(a.value, b.value), of(a.left, b.left), of(a.right, b.right))
