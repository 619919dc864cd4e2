"""The limits of a repetition: how long, how far, how far back, and what discards it.

Frame times are exact at 16 frames/s, so that each limit can be met exactly.
"""

import math
from dataclasses import replace

import pytest

from hiitpi.coach import Measure, State, Workout, angle, lean
from hiitpi.coach.rules.measure import Reading
from hiitpi.coach.rules.rep_counter import CompletedRep, FailedAttempt, RepCounter

FPS = 16

A = lean(says=("A back", "A further"))
B = angle("hip", "knee", "ankle", says=("B back", "B further"), needed=False)
C = angle("hip", "shoulder", "elbow", says=("C lower", ""))

#: The states are 40° apart.
BOW = Workout("Bow", "any", (State("up", A < 20), State("down", A > 60)), A, {A: (0, 90)})

Result = CompletedRep | FailedAttempt
Values = float | dict[Measure, float]


def watch(workout: Workout, *stretches: tuple[int, Values]) -> list[Result]:
    """Return the results of stretches of (frames, values of the measures).

    A number is a value of `A`; the other measures are 0.
    """
    counter, frame, results = RepCounter(workout), 0, []
    for frames, values in stretches:
        by_measure = values if isinstance(values, dict) else {A: values}
        for _ in range(frames):
            readings = {
                measure: Reading(by_measure.get(measure, 0.0)) for measure in workout.measures
            }
            results.append(counter.update(readings, frame / FPS))
            frame += 1
    return [result for result in results if result]


def reps(results: list[Result]) -> int:
    """Return the number of completed repetitions."""
    return sum(isinstance(result, CompletedRep) for result in results)


def cues(results: list[Result]) -> list[str]:
    """Return the cues of failed attempts."""
    return [result.missed.cue for result in results if isinstance(result, FailedAttempt)]


# Duration


def test_a_repetition_has_a_duration_and_extremes():
    (rep,) = watch(BOW, (16, 5.0), (7, 40.0), (8, 80.0), (8, 10.0))
    assert isinstance(rep, CompletedRep)
    assert rep.duration == 1.0  # from the last frame in "up" to the first one back in it
    assert (rep.cycle.low[A].value, rep.cycle.high[A].value) == (5.0, 80.0)


@pytest.mark.parametrize(("frames", "count"), [(4, 0), (5, 1)])
@pytest.mark.parametrize("workout", [BOW, replace(BOW, shortest=6 / FPS)])
def test_a_repetition_shorter_than_the_minimum_is_ignored(
    workout: Workout, frames: int, count: int
):
    """It takes a frame more, from the last one in "up" to the first one back. 0.35 s are 5.6."""
    assert reps(watch(workout, (16, 0.0), (frames, 80.0), (9, 0.0))) == count


@pytest.mark.parametrize(("more_frames", "count"), [(-1, 1), (0, 0)])
@pytest.mark.parametrize(("workout", "seconds"), [(BOW, 15), (replace(BOW, longest=3.0), 3)])
def test_a_repetition_longer_than_the_maximum_is_discarded(
    workout: Workout, seconds: int, more_frames: int, count: int
):
    frames = seconds * FPS + more_frames
    assert reps(watch(workout, (16, 0.0), (frames, 80.0), (9, 0.0))) == count


# Returning to the first state


@pytest.mark.parametrize(
    ("resting", "returned", "count"),
    [
        (0.0, 19.5, 1),  # the threshold is 20
        (0.0, 20.5, 0),
        (10.0, 24.5, 1),  # 0.3 of the distance from 10 to 60
        (10.0, 25.5, 0),
        (30.0, 37.5, 1),  # 0.45 of the distance from 20 to 60, less than 0.3 of that from 30
        (30.0, 38.5, 0),
    ],
)
def test_returning_close_to_the_resting_position_is_enough(
    resting: float, returned: float, count: int
):
    assert reps(watch(BOW, (32, resting), (8, 80.0), (8, returned))) == count
    upwards = replace(BOW, states=(State("up", A > 60), State("down", A < 20)))
    assert reps(watch(upwards, (32, 80.0 - resting), (8, 0.0), (8, 80.0 - returned))) == count


def test_a_long_pause_halfway_is_not_a_resting_position():
    assert reps(watch(BOW, (12, 0.0), (9 * FPS, 80.0), (16, 24.0))) == 0


@pytest.mark.parametrize(("frames", "count"), [(8, 1), (10, 0)])
def test_a_new_resting_position_is_learnt_in_the_first_five_seconds_of_a_repetition(
    frames: int, count: int
):
    """24 replaces 0 once the body has been at 0 for less than a tenth of the time.

    After half a second at 0 that is so within five seconds, after a bit more it is too late.
    """
    assert reps(watch(BOW, (frames, 0.0), (8, 80.0), (8 * FPS, 24.0))) == count


@pytest.mark.parametrize(("seconds", "count"), [(7.5, 0), (8.75, 1)])
def test_the_resting_position_is_that_of_the_last_ten_seconds(seconds: float, count: int):
    """The threshold is 25 for a person who rests at 10, and 32 for one who rests at 20.

    A new position replaces the old one after nine of the ten seconds, of which half a second is
    spent at 80.
    """
    film = [(11 * FPS, 10.0), (round(seconds * FPS), 20.0), (8, 80.0), (8, 28.0)]
    assert reps(watch(BOW, *film)) == count


# Attempts


@pytest.mark.parametrize(
    ("reached", "expected"), [(35.0, []), (36.0, ["A further"]), (59.0, ["A further"])]
)
def test_an_attempt_covers_four_tenths_of_the_distance(reached: float, expected: list[str]):
    assert cues(watch(BOW, (32, 0.0), (8, reached), (8, 0.0))) == expected


def test_each_attempt_is_reported_once():
    results = watch(BOW, (32, 0.0), *[(8, 50.0), (16, 0.0)] * 3, (8, 80.0), (16, 0.0))
    assert (cues(results), reps(results)) == (["A further"] * 3, 1)


def test_an_attempt_ends_when_half_of_its_distance_is_undone():
    """A person who rests at 20 is back below 32; the attempt goes from there to 36."""
    attempt = [(32, 20.0), (8, 36.0), (8, 31.0)]
    assert watch(BOW, *attempt) == []
    assert cues(watch(BOW, *attempt, (8, 28.0))) == ["A further"]


def test_the_distance_of_an_attempt_starts_at_the_resting_position():
    assert watch(BOW, (32, 30.0), (8, 45.0), (32, 30.0)) == []
    assert cues(watch(BOW, (32, 30.0), (8, 46.0), (32, 30.0))) == ["A further"]


# Several conditions, several states


BOTH = replace(BOW, states=(State("up", A < 20), State("down", A > 60, B > 60)))


@pytest.mark.parametrize(("frames", "count"), [(3, 1), (4, 0)])
def test_conditions_may_be_met_a_quarter_of_a_second_apart(frames: int, count: int):
    """A is met in the frame before `frames`, and B in the frame after them."""
    down = [(1, {A: 80.0}), (frames, {A: 50.0}), (1, {A: 50.0, B: 80.0})]
    assert reps(watch(BOTH, (16, 0.0), *down, (8, 0.0))) == count


THREE = replace(BOW, states=(State("up", A < 20), State("half", B > 60), State("down", A > 60)))


@pytest.mark.parametrize(("frames", "count", "expected"), [(8, 1, []), (9, 0, ["A further"])])
def test_half_a_second_in_the_first_state_is_not_giving_up(
    frames: int, count: int, expected: list[str]
):
    half, down = {A: 40.0, B: 80.0}, {A: 80.0}
    results = watch(THREE, (16, 0.0), (4, half), (frames, 0.0), (4, down), (4, 0.0))
    assert (reps(results), cues(results)) == (count, expected)


# What discards a repetition


@pytest.mark.parametrize(("frames", "count"), [(16, 1), (17, 0)])
def test_more_than_a_second_out_of_view_discards_it(frames: int, count: int):
    results = watch(BOW, (16, 0.0), (8, 80.0), (frames, math.nan), (8, 0.0))
    assert (reps(results), cues(results)) == (count, [])


STRICT = replace(BOW, throughout=(C < 70,))


@pytest.mark.parametrize(("frames", "count", "expected"), [(16, 1, []), (17, 0, ["C lower"])])
def test_more_than_a_second_of_violating_a_condition_discards_it(
    frames: int, count: int, expected: list[str]
):
    film = [(16, 0.0), (8, {A: 80.0}), (frames, {A: 80.0, C: 90.0}), (8, {A: 80.0}), (8, 0.0)]
    results = watch(STRICT, *film)
    assert (reps(results), cues(results)) == (count, expected)


@pytest.mark.parametrize(
    ("reached", "expected"), [(35.0, []), (36.0, ["C lower"]), (50.0, ["C lower"])]
)
def test_a_violated_condition_is_reported_only_after_an_attempt_began(
    reached: float, expected: list[str]
):
    assert cues(watch(STRICT, (32, 0.0), (4, reached), (64, {C: 90.0}))) == expected
