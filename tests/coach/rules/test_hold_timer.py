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


def run(*stretches: tuple[float, float], fps: float = 30) -> list[CompletedRep | FailedAttempt]:
    """What a hold says to (seconds, degrees) after each other; NaN degrees: not seen."""
    hold, time, said = HoldTimer(WORKOUT), 0.0, []
    for seconds, degrees in stretches:
        for _ in range(round(seconds * fps)):
            outcome = hold.update({trunk: Reading(degrees)}, time)
            said += [outcome] if outcome else []
            time += 1 / fps
    return said


def seconds(said: list[CompletedRep | FailedAttempt]) -> int:
    return sum(isinstance(outcome, CompletedRep) for outcome in said)


@pytest.mark.parametrize("fps", [8, 30, 60])
def test_whole_seconds_count(fps: float):
    assert seconds(run((5.5, 90), fps=fps)) == 5


@pytest.mark.parametrize("between", [20.0, math.nan])
def test_a_wobble_is_no_interruption(between: float):
    assert seconds(run((2.5, 90), (0.3, between), (2.5, 90))) == 5


@pytest.mark.parametrize("between", [20.0, math.nan])
def test_after_an_interruption_the_seconds_go_on(between: float):
    assert seconds(run((2.5, 90), (3, between), (2.5, 90))) == 4


def test_what_is_wrong_is_said_once():
    said = [o for o in run((2, 90), (5, 130), (2, 90), (5, 30)) if isinstance(o, FailedAttempt)]
    assert [outcome.missed.cue for outcome in said] == ["Hips lower", "Hips higher"]


def test_nothing_is_said_before_it_began():
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


def test_seconds_have_no_pace():
    coach = Coach(WorkoutLibrary()["plank"], 0.0)
    told = [coach.update(pose, time) for time, pose, _ in performance("plank", 6)]
    assert told[-1].sample.reps >= 4
    assert {one.sample.pace for one in told} == {0.0}
