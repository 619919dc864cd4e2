"""Repetitions in the series of one measure."""

import math

import numpy as np
import pytest

from hiitpi.coach.teaching.swings import find_swings

RATE = 30


def series(*seconds_and_values: tuple[float, float], start: float = 0.0) -> list[float]:
    """Return values that move smoothly to each value in its time."""
    values, last = [start] * (RATE // 2), start
    for seconds, value in seconds_and_values:
        steps = np.linspace(0, math.pi, round(seconds * RATE), endpoint=False)
        values += (last + (value - last) * (1 - np.cos(steps)) / 2).tolist()
        last = value
    return [*values, *[last] * (RATE // 2)]


def times(values: list[float]) -> list[float]:
    """Return the time of each value."""
    return [i / RATE for i in range(len(values))]


@pytest.mark.parametrize(("rest", "far"), [(0.0, 1.0), (1.0, 0.0), (170.0, 80.0)])
def test_each_movement_there_and_back_is_a_swing(rest: float, far: float):
    values = series(*[(0.6, far), (0.6, rest)] * 5, start=rest)
    found = find_swings(times(values), values)
    assert found
    assert len(found.swings) == 5
    assert (found.rest, found.far) == pytest.approx((rest, far), abs=0.02 * abs(far - rest))
    assert found.quality > 0.9
    assert [s.turned for s in found.swings] == pytest.approx([1.1, 2.3, 3.5, 4.7, 5.9], abs=0.1)


def test_a_shallow_swing_lowers_the_quality():
    values = series(*[(0.6, 1.0), (0.6, 0.0)] * 3, (0.6, 0.65), (0.6, 0.0))
    found = find_swings(times(values), values)
    assert found
    assert len(found.swings) == 4
    assert found.quality == pytest.approx(0.65, abs=0.05)


def test_a_movement_that_does_not_come_back_is_none():
    values = series((0.6, 1.0), (0.6, 0.0), (0.6, 1.0))
    found = find_swings(times(values), values)
    assert found
    assert len(found.swings) == 1


def test_what_stands_still_or_is_hidden_has_no_swings():
    assert find_swings(times([3.0] * 90), [3.0] * 90) is None
    assert find_swings(times([math.nan] * 90), [math.nan] * 90) is None
    values = series((0.6, 1.0), (0.6, 0.0))
    hidden = [math.nan if i % 3 == 0 else v for i, v in enumerate(values)]
    assert find_swings(times(hidden), hidden) is None
