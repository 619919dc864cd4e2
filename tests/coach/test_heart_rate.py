"""Zones, maximum heart rates and energy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiitpi.coach.heart_rate import Body, mean, seconds_in_zones, zone

MAN = Body(birth_year=1986, sex="male", weight_kg=80.0)
WOMAN = Body(birth_year=1986, sex="female", weight_kg=60.0)


@pytest.mark.parametrize(("age", "highest"), [(20, 194), (40, 180), (60, 166)])
def test_the_maximum_follows_from_the_age_by_tanaka(age: int, highest: int):
    assert Body(birth_year=2026 - age).highest(2026) == highest


def test_a_measured_maximum_comes_first():
    assert Body(birth_year=1986, max_heart_rate=191).highest(2026) == 191
    assert Body(max_heart_rate=191).highest(2026) == 191
    assert Body().highest(2026) is None


def test_energy_is_that_of_keytel():
    # 40 years, 80 kg, 140 /min: -55.0969 + 0.6309*140 + 0.1988*80 + 0.2017*40 = 57.20 kJ/min
    assert MAN.kilocalories([140] * 60, 2026) == pytest.approx(57.20 / 4.184, abs=0.01)
    # 40 years, 60 kg, 140 /min: -20.4022 + 0.4472*140 - 0.1263*60 + 0.074*40 = 37.59 kJ/min
    assert WOMAN.kilocalories([140] * 60, 2026) == pytest.approx(37.59 / 4.184, abs=0.01)


def test_seconds_without_a_measurement_add_no_energy():
    measured = MAN.kilocalories([140] * 60, 2026)
    assert MAN.kilocalories([0] * 30 + [140] * 60 + [0] * 30, 2026) == measured
    assert MAN.kilocalories([], 2026) == 0
    assert MAN.kilocalories([40] * 600, 2026) == 0  # the formula would be negative


@pytest.mark.parametrize("missing", ["birth_year", "sex", "weight_kg"])
def test_there_is_no_energy_if_something_is_not_known(missing: str):
    known = {"birth_year": 1986, "sex": "male", "weight_kg": 80.0, missing: None}
    assert Body(**known).kilocalories([140] * 60, 2026) is None


@pytest.mark.parametrize(
    ("bpm", "expected"),
    [(89, 0), (90, 1), (107, 1), (108, 2), (126, 3), (144, 4), (162, 5), (220, 5)],
)
def test_zones_begin_at_tenths_of_the_maximum(bpm: int, expected: int):
    assert zone(bpm, 180) == expected
    assert zone(bpm, None) is None


@given(st.lists(st.integers(0, 255)), st.integers(100, 230))
def test_every_second_is_in_the_zone_that_was_shown(heart_rates: list[int], highest: int):
    seconds = seconds_in_zones(heart_rates, highest)
    assert seconds == [sum(zone(b, highest) == z for b in heart_rates) for z in range(1, 6)]


def test_the_mean_is_of_what_was_measured():
    assert mean([0, 100, 0, 121]) == 110
    assert mean([0, 0]) is None
