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
