"""The timer of holds: whole seconds, interruptions and failures."""

import math

import pytest

from hiitpi.coach import State, Workout, lean
from hiitpi.coach.coach import Coach
from hiitpi.coach.rules.hold_timer import HoldTimer
from hiitpi.coach.rules.measure import Reading
from hiitpi.coach.rules.rep_counter import CompletedRep, FailedAttempt
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from tests.support.ideal_athlete import performance

trunk = lean(says=("Hips lower", "Hips higher"))
WORKOUT = Workout("Hold", "side", (State("held", trunk > 60, trunk < 110),), trunk, {})


def run(*phases: tuple[float, float], fps: float = 30) -> list[CompletedRep | FailedAttempt]:
    """Return the results of holding a lean of (seconds, degrees), one after the other.

    NaN degrees: not visible.
    """
    timer, time, results = HoldTimer(WORKOUT), 0.0, []
    for seconds, degrees in phases:
        for _ in range(round(seconds * fps)):
            result = timer.update({trunk: Reading(degrees)}, time)
            results += [result] if result else []
            time += 1 / fps
    return results


def seconds(results: list[CompletedRep | FailedAttempt]) -> int:
    """Return the number of whole seconds held."""
    return sum(isinstance(result, CompletedRep) for result in results)


@pytest.mark.parametrize("fps", [8, 30, 60])
def test_whole_seconds_count(fps: float):
    assert seconds(run((5.5, 90), fps=fps)) == 5


@pytest.mark.parametrize("other_degrees", [20.0, math.nan])
def test_a_short_interruption_is_ignored(other_degrees: float):
    assert seconds(run((2.5, 90), (0.3, other_degrees), (2.5, 90))) == 5


@pytest.mark.parametrize("other_degrees", [20.0, math.nan])
def test_a_long_interruption_restarts_the_current_second(other_degrees: float):
    assert seconds(run((2.5, 90), (3, other_degrees), (2.5, 90))) == 4


@pytest.mark.parametrize(("frames", "count"), [(7, 3), (8, 2)])
@pytest.mark.parametrize("other_degrees", [20.0, math.nan])
def test_half_a_second_is_a_short_interruption(frames: int, other_degrees: float, count: int):
    """8/16 s pass between the last frame before 7 other frames and the first one after them."""
    results = run((24 / 16, 90), (frames / 16, other_degrees), (18 / 16, 90), fps=16)
    assert seconds(results) == count


def test_a_gap_without_frames_is_an_interruption():
    timer = HoldTimer(WORKOUT)
    times = (0.0, 0.5, 1.25, 1.75, 2.25)
    assert [time for time in times if timer.update({trunk: Reading(90)}, time)] == [2.25]


def test_each_second_has_its_own_extremes():
    first, second = run((1.5, 80), (0.75, 100), fps=16)
    assert isinstance(first, CompletedRep)
    assert isinstance(second, CompletedRep)
    assert first.duration == second.duration == 1.0
    assert (first.cycle.low[trunk].value, first.cycle.high[trunk].value) == (80, 80)
    assert (second.cycle.low[trunk].value, second.cycle.high[trunk].value) == (80, 100)


@pytest.mark.parametrize(("frames", "failures"), [(16, 0), (17, 1)])
def test_a_failure_is_reported_after_a_second(frames: int, failures: int):
    results = run((2, 90), (frames / 16, 130), fps=16)
    assert len(results) - seconds(results) == failures


def test_the_state_ends_after_an_interruption():
    timer = HoldTimer(WORKOUT)
    assert timer.state is None
    states = []
    for frame, degrees in enumerate([90] * 4 + [20] * 10):
        timer.update({trunk: Reading(degrees)}, frame / 16)
        states.append(timer.state)
    assert states == [WORKOUT.states[0]] * 12 + [None] * 2


def test_a_failure_is_reported_once():
    results = run((2, 90), (5, 130), (2, 90), (5, 30))
    failures = [result for result in results if isinstance(result, FailedAttempt)]
    assert [failure.missed.cue for failure in failures] == ["Hips lower", "Hips higher"]


def test_no_failure_is_reported_before_the_hold_has_begun():
    assert run((5, 20)) == []


def test_a_hold_has_cues_and_no_attempts():
    coach, kinds = Coach(WorkoutLibrary()["plank"], 0.0), []
    for time, pose, _ in performance("plank", 3):
        kinds += [event.kind for event in coach.update(pose, time).events]
    for time, pose, _ in performance("push_up", 6):
        kinds += [event.kind for event in coach.update(pose, time + 5).events]
    assert coach.attempts == 0
    assert set(kinds) <= {"rep", "cue"}
    assert coach.workout.counts == "seconds"


def test_a_hold_has_no_pace():
    coach = Coach(WorkoutLibrary()["plank"], 0.0)
    results = [coach.update(pose, time) for time, pose, _ in performance("plank", 6)]
    assert results[-1].sample.reps >= 4
    assert {result.sample.pace for result in results} == {0.0}
