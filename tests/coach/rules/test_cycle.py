"""The extremes of a repetition, of the whole body and of each side."""

import math

from hiitpi.coach import lean
from hiitpi.coach.rules.cycle import Cycle
from hiitpi.coach.rules.measure import Reading

TRUNK = lean(says=("", ""))


def cycle(*readings: Reading) -> Cycle:
    """Return the cycle of one reading per second."""
    extremes = Cycle()
    for time, reading in enumerate(readings):
        extremes.add({TRUNK: reading}, float(time))
    return extremes


def test_extremes_are_kept_for_the_whole_body_and_for_each_side():
    extremes = cycle(Reading(5, 6, 4), Reading(9, math.nan, 9), Reading(2, 1, 3), Reading(7, 8, 6))
    assert (extremes.low[TRUNK], extremes.high[TRUNK]) == (Reading(2, 1, 3), Reading(9, 8, 9))
    assert (extremes.frames, extremes.paired[TRUNK]) == (4, 3)


def test_the_turning_point_is_the_extreme_towards_the_condition():
    extremes = cycle(*(Reading(value) for value in (5, 2, 7, 2, 9, 9, 4)))
    assert extremes.turned(TRUNK < 20) == 1
    assert extremes.turned(TRUNK > 60) == 4  # the first of two equal extremes
    assert math.isnan(Cycle().turned(TRUNK > 60))


def test_invisible_readings_are_ignored():
    extremes = cycle(*(Reading(value) for value in (math.nan, 4.0, 6.0, math.nan)))
    assert (extremes.low[TRUNK].value, extremes.high[TRUNK].value) == (4.0, 6.0)
    assert (extremes.turned(TRUNK < 20), extremes.turned(TRUNK > 60)) == (1, 2)
    assert extremes.paired[TRUNK] == 0
