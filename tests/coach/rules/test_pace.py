"""The pace of the latest repetitions."""

import pytest

from hiitpi.coach.rules.pace import Pace


def test_pace_follows_from_the_latest_repetitions():
    pace = Pace()
    for i in range(10):
        pace.rep(i * 1.0)
    for i in range(10):
        pace.rep(10 + i * 2.0)
    assert pace.at(28.0) == pytest.approx(15)


def test_no_pace_before_two_repetitions():
    pace = Pace()
    assert pace.at(1.0) == 0
    pace.rep(1.0)
    assert pace.at(2.0) == 0


def test_pace_falls_while_a_repetition_is_overdue():
    pace = Pace()
    pace.rep(0.0)
    pace.rep(1.0)
    assert pace.at(1.5) == pytest.approx(30)
    assert pace.at(4.0) == pytest.approx(10)
    assert pace.at(40.0) == 0


def test_pace_is_the_mean_of_the_last_five_intervals():
    pace = Pace()
    for time in (0.0, 10.0, 12.0, 14.0, 16.0, 18.0, 20.0):
        pace.rep(time)
    assert pace.at(20.0) == pace.at(22.0) == 15
    assert pace.at(23.0) == 10  # overdue: 3 s


def test_there_is_no_pace_30_s_after_the_last_repetition():
    pace = Pace()
    pace.rep(0.0)
    pace.rep(2.0)
    assert pace.at(31.875) == pytest.approx(30 / 29.875)
    assert pace.at(32.0) == 0


def test_repetitions_at_the_same_time_have_no_pace():
    pace = Pace()
    pace.rep(5.0)
    pace.rep(5.0)
    assert pace.at(6.0) == 0
