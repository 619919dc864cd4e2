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
    return sum(isinstance(result, CompletedRep) for result in results)


@pytest.mark.parametrize("fps", [8, 30, 60])
def test_whole_seconds_count(fps: float):
    assert seconds(run((5.5, 90), fps=fps)) == 5


@pytest.mark.parametrize("between", [20.0, math.nan])
def test_a_short_interruption_is_ignored(between: float):
    assert seconds(run((2.5, 90), (0.3, between), (2.5, 90))) == 5


@pytest.mark.parametrize("between", [20.0, math.nan])
def test_after_a_long_interruption_a_new_second_begins(between: float):
    assert seconds(run((2.5, 90), (3, between), (2.5, 90))) == 4


def test_a_failure_is_reported_once():
    results = run((2, 90), (5, 130), (2, 90), (5, 30))
    failures = [result for result in results if isinstance(result, FailedAttempt)]
    assert [failure.missed.cue for failure in failures] == ["Hips lower", "Hips higher"]


def test_no_failure_is_reported_before_the_hold_began():
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
