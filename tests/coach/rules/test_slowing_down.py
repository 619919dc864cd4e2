"""When an athlete is slower than before."""

from hiitpi.coach.rules.pace import Pace
from hiitpi.coach.rules.slowing_down import SlowingDown


def follow(intervals: list[float]) -> tuple[list[int], SlowingDown, Pace, float]:
    """Return after which repetitions the athlete was told, and the state at the end."""
    slowing_down, pace, time, told = SlowingDown(), Pace(), 0.0, []
    for i, interval in enumerate([0.0, *intervals]):
        time += interval
        pace.rep(time)
        if slowing_down.rep(pace.at(time)):
            told.append(i)
    return told, slowing_down, pace, time


def test_an_even_pace_and_a_faster_one_are_not_slower():
    told, slowing_down, pace, time = follow([2.0] * 10 + [1.5] * 10)
    assert not told
    assert not slowing_down.is_slower(pace.at(time))


def test_a_loss_of_a_fifth_is_told_once():
    told, slowing_down, pace, time = follow([2.0] * 8 + [2.6] * 12)
    assert told == [13]  # when the mean of five intervals is 2.5 s
    assert slowing_down.is_slower(pace.at(time))


def test_it_is_told_again_after_recovering():
    told, *_ = follow([2.0] * 6 + [2.8] * 6 + [2.0] * 6 + [2.8] * 6)
    assert len(told) == 2


def test_a_few_repetitions_are_no_pace():
    assert follow([1.0, 1.0, 3.0, 3.0])[0] == []


def test_who_stops_is_slower_after_some_time():
    _, slowing_down, pace, time = follow([2.0] * 6)
    assert not slowing_down.is_slower(pace.at(time + 5.9))
    assert slowing_down.is_slower(pace.at(time + 6.1))


def test_a_pause_is_not_slower():
    _, slowing_down, pace, time = follow([2.0] * 8 + [2.6] * 12)
    slowing_down.interrupt()
    assert not slowing_down.is_slower(pace.at(time + 20))
