"""Minimum and maximum of two numbers, where NaN means "not visible" (`min` mishandles NaN).

Two arguments instead of any number, because they run for every measure in every frame.
"""

import math


def nan_min(a: float, b: float) -> float:
    """Return the smaller number, or the only one that is not NaN; NaN if both are."""
    return b if b < a or math.isnan(a) else a


def nan_max(a: float, b: float) -> float:
    """Return the larger number, or the only one that is not NaN; NaN if both are."""
    return b if b > a or math.isnan(a) else a
