"""Heart rates of the sets; the rest of the log is tested with the session."""

from dataclasses import replace

import pytest

from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.coach.session.interval_timer import IntervalTimer
from hiitpi.coach.session.program import tabata
from hiitpi.coach.session.set_log import SetLog
from tests.support.session_factory import record

LIBRARY = WorkoutLibrary()
SQUAT = LIBRARY["squat"]


@pytest.fixture
def log() -> SetLog:
    """Return the log of a session whose first set has begun."""
    log = SetLog(record(sets=(), series=()), LIBRARY)
    begin(log, 0.0)
    return log


def begin(log: SetLog, began: float) -> None:
    """Begin a set."""
    step = IntervalTimer(tabata("squat")).step
    assert step
    log.begin_set(replace(step, number=len(log) + 1), SQUAT, began, 100.0 + began)


def rates(log: SetLog) -> list[tuple[int, ...]]:
    """Return the heart rates of all sets."""
    return [s.heart_rates for s in log.sets()]


def test_each_second_has_its_last_measurement(log: SetLog):
    for time, bpm in ((0.0, 100), (0.9, 101), (1.0, 102), (2.5, 103)):
        log.add_heart_rate(bpm, time)
    assert rates(log) == [(101, 102, 103)]


def test_seconds_without_a_measurement_are_0(log: SetLog):
    log.add_heart_rate(100, 2.0)
    log.add_heart_rate(110, 5.0)
    assert rates(log) == [(0, 0, 100, 0, 0, 110)]
    log.work_s = 6.0
    (only,) = log.sets()
    assert (only.mean_heart_rate, only.max_heart_rate) == (105, 110)


def test_a_rest_belongs_to_the_set_before_it_but_not_to_its_mean(log: SetLog):
    for second in range(6):
        log.add_heart_rate(150 if second < 2 else 160, second)
    log.end_set(2.0)
    log.add_heart_rate(170, 6.0)
    begin(log, 7.0)
    log.add_heart_rate(120, 7.2)
    log.end_set(8.0)
    assert rates(log) == [(150, 150, 160, 160, 160, 160, 170), (120,)]
    first, second = log.sets()
    assert (first.mean_heart_rate, first.max_heart_rate) == (150, 150)
    assert (second.mean_heart_rate, second.max_heart_rate) == (120, 120)


def test_seconds_of_absence_are_taken_back(log: SetLog):
    for second in range(10):
        log.add_heart_rate(100 + second, second)
    log.work_s = 10.0
    log.rewind(3.0, 7.0)
    assert rates(log) == [tuple(range(100, 107))]
    assert log.work_s == 7.0


def test_without_a_strap_there_is_nothing(log: SetLog):
    log.end_set(5.0)
    (only,) = log.sets()
    assert (only.heart_rates, only.mean_heart_rate, only.max_heart_rate) == ((), None, None)


def test_a_resumed_set_goes_on(log: SetLog):
    for second in range(3):
        log.add_heart_rate(100 + second, second)
    resumed = SetLog(record(sets=log.sets(), series=()), LIBRARY)
    resumed.resume_set(SQUAT, 200.0)
    resumed.add_heart_rate(140, 4.0)
    assert rates(resumed) == [(100, 101, 102, 0, 140)]
