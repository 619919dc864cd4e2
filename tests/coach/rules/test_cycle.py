"""The extremes of a repetition, of the whole body and of each side."""

import math

from hiitpi.coach import lean
from hiitpi.coach.rules.cycle import Cycle
from hiitpi.coach.rules.measure import Reading

TRUNK = lean(says=("", ""))


def cycle(*readings: Reading) -> Cycle:
    """Return the cycle of one reading per second."""
    seen = Cycle()
    for time, reading in enumerate(readings):
        seen.add({TRUNK: reading}, float(time))
    return seen


def test_extremes_are_kept_for_the_whole_body_and_for_each_side():
    seen = cycle(Reading(5, 6, 4), Reading(9, math.nan, 9), Reading(2, 1, 3), Reading(7, 8, 6))
    assert (seen.low[TRUNK], seen.high[TRUNK]) == (Reading(2, 1, 3), Reading(9, 8, 9))
    assert (seen.frames, seen.paired[TRUNK]) == (4, 3)


def test_the_turn_is_at_the_extreme_on_the_conditions_side():
    seen = cycle(*(Reading(value) for value in (5, 2, 7, 2, 9, 9, 4)))
    assert seen.turned(TRUNK < 20) == 1
    assert seen.turned(TRUNK > 60) == 4  # the first of equal ones
    assert math.isnan(Cycle().turned(TRUNK > 60))


def test_invisible_readings_are_no_extremes():
    seen = cycle(*(Reading(value) for value in (math.nan, 4.0, 6.0, math.nan)))
    assert (seen.low[TRUNK].value, seen.high[TRUNK].value) == (4.0, 6.0)
    assert (seen.turned(TRUNK < 20), seen.turned(TRUNK > 60)) == (1, 2)
    assert seen.paired[TRUNK] == 0
