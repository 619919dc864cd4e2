"""Quantiles of a sliding window."""

import math

import pytest

from hiitpi.coach.rules.rolling_quantile import RollingQuantile


def quantile_of(*values: float, quantile: float, window_s: float = 100.0) -> float:
    """Return the quantile of one value per second."""
    rolling = RollingQuantile(quantile, window_s)
    for time, value in enumerate(values):
        rolling.update(value, float(time))
    return rolling.value


@pytest.mark.parametrize(("quantile", "value"), [(0.0, 0), (0.1, 1), (0.5, 5), (0.9, 9), (1.0, 10)])
def test_quantile(quantile: float, value: float):
    assert quantile_of(7, 2, 10, 0, 5, 9, 1, 8, 3, 6, 4, quantile=quantile) == value


def test_unknown_values_are_ignored():
    assert math.isnan(quantile_of(math.nan, math.nan, quantile=0.5))
    assert quantile_of(math.nan, 3.0, math.nan, quantile=0.5) == 3.0


def test_values_older_than_the_window_are_forgotten():
    assert quantile_of(9, 5, 6, 7, quantile=1.0, window_s=3.0) == 9
    assert quantile_of(9, 5, 6, 7, 6, quantile=1.0, window_s=3.0) == 7
    # Of two equal values one is forgotten.
    assert quantile_of(4, 4, 8, 8, 8, quantile=0.0, window_s=3.0) == 4


def test_ten_values_a_second_are_stored():
    rolling = RollingQuantile(1.0, 10.0)
    for value, time in [(1, 0.0), (9, 0.0625), (2, 0.125), (9, 0.1875), (3, 0.25)]:
        rolling.update(value, time)
    assert rolling.value == 3
