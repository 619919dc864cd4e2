"""Finds the repetitions in the series of one measure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

#: Fractions of the way from rest to the turn at which a movement has gone out, and is back.
OUT, BACK = 0.6, 0.35

#: The ends of a series are these quantiles, so that a few wrong frames do not matter.
LOW, HIGH = 0.04, 0.96

#: The athlete starts in the first position: seconds from which it is taken.
START_S: Final = 0.4

#: A measure must be visible in this fraction of the frames.
MIN_VISIBLE: Final = 0.85


@dataclass(frozen=True)
class Swing:
    """A movement away from the first position and back.

    Attributes:
        began, ended: when it left and when it was back, in seconds.
        turned: when it was furthest away.
        extreme: the value there.
    """

    began: float
    ended: float
    turned: float
    extreme: float


@dataclass(frozen=True)
class Swings:
    """The swings of one series.

    Attributes:
        rest: the value of the first position.
        far: the value at the other end.
        swings: the movements.
        quality: how clearly they can be told: the shallowest turn minus the poorest return, as
            fractions of the way; at most 1.
    """

    rest: float
    far: float
    swings: tuple[Swing, ...]
    quality: float

    @property
    def extent(self) -> float:
        """The way from rest to the other end; negative if that is lower."""
        return self.far - self.rest

    def at(self, fraction: float) -> float:
        """Return the value at a fraction of the way from rest to the other end."""
        return self.rest + fraction * self.extent

    def progress(self, value: float) -> float:
        """Return the fraction of the way of a value."""
        return (value - self.rest) / self.extent


def find_swings(times: Sequence[float], values: Sequence[float]) -> Swings | None:
    """Return the swings of a series; None if it is mostly not visible, or does not move."""
    seen = [(t, v) for t, v in zip(times, values, strict=True) if not math.isnan(v)]
    if len(seen) < max(10, MIN_VISIBLE * len(values)):
        return None
    ordered = sorted(v for _, v in seen)
    low, high = (ordered[round(q * (len(ordered) - 1))] for q in (LOW, HIGH))
    if high - low < 1e-6:
        return None
    start = sorted(v for t, v in seen if t <= seen[0][0] + START_S)
    first = start[len(start) // 2]
    rest, far = (low, high) if first - low < high - first else (high, low)
    return _follow(seen, rest, far)


def _follow(seen: Sequence[tuple[float, float]], rest: float, far: float) -> Swings:
    found: list[Swing] = []
    returns: list[float] = []  # the best return before each swing, and after the last
    out, began, best = False, seen[0][0], 0.0
    nearest, turned, extreme = math.inf, 0.0, rest
    for time, value in seen:
        part = (value - rest) / (far - rest)
        if not out:
            nearest = min(nearest, part)
            if part < BACK:
                began = time
            if part > OUT:
                out, best = True, -math.inf
                returns.append(nearest)
        if out and part > best:
            best, turned, extreme = part, time, value
        if out and part < BACK:
            out, nearest = False, part
            found.append(Swing(began, time, turned, extreme))
            began = time
    returns.append(nearest)
    turns = [(swing.extreme - rest) / (far - rest) for swing in found]
    quality = min(turns) - max(returns) if found else 0.0
    return Swings(rest, far, tuple(found), min(1.0, quality))
