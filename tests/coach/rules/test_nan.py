"""NaN means "not visible": the other number wins, in either order."""

import math

import pytest

from hiitpi.coach.rules.nan import nan_max, nan_min


@pytest.mark.parametrize(("a", "b"), [(1.0, 2.0), (2.0, 1.0), (1.0, 1.0)])
def test_of_two_numbers(a: float, b: float):
    assert (nan_min(a, b), nan_max(a, b)) == (min(a, b), max(a, b))


@pytest.mark.parametrize("of", [nan_min, nan_max])
def test_nan_loses(of):
    assert of(math.nan, 3.0) == of(3.0, math.nan) == 3.0
    assert math.isnan(of(math.nan, math.nan))
