import pytest

from hiitpi.coach.rules.measure import Reading
from hiitpi.coach.rules.rep_counter import Cycle
from hiitpi.coach.rules.scoring import form
from hiitpi.coach.rules.workout_library import WorkoutLibrary

JACKS = WorkoutLibrary()["jumping_jacks"]
ARMS = JACKS.signal


def cycle(low: Reading, high: Reading) -> Cycle:
    return Cycle(0.0, {ARMS: low}, {ARMS: high})


def both(value: float) -> Reading:
    return Reading(value, value, value)


def test_full_even_symmetric_is_at_least_95():
    assert form(JACKS, cycle(both(20), both(160)), 1.2, [1.2, 1.2]).score >= 95


def test_barely_valid_is_about_60():
    judged = form(JACKS, cycle(both(59), both(111)), 1.2, [1.2])
    assert judged.score == pytest.approx(60, abs=3)
    assert judged.cues == ("Lower your arms", "Hands higher") or set(judged.cues) == {
        "Lower your arms",
        "Hands higher",
    }


def test_one_side_that_does_less_costs():
    even = form(JACKS, cycle(both(20), both(160)), 1.0, []).score
    uneven = form(JACKS, cycle(both(20), Reading(150, 165, 110)), 1.0, [])
    assert uneven.symmetry < 0.5
    assert uneven.score < even - 10
    assert "Left and right alike" in uneven.cues


def test_a_side_that_was_seen_for_a_part_of_the_time_is_not_compared():
    seen = cycle(both(20), Reading(150, 165, 60))
    seen.frames, seen.paired = 30, {ARMS: 20}
    assert form(JACKS, seen, 1.0, []).symmetry == 1
    seen.paired = {ARMS: 29}
    assert form(JACKS, seen, 1.0, []).symmetry < 0.5


def test_a_small_difference_is_nobodys_fault():
    assert form(JACKS, cycle(both(20), Reading(158, 162, 154)), 1.0, []).symmetry == 1


@pytest.mark.parametrize(
    ("duration", "even"), [(1.0, True), (1.15, True), (0.85, True), (2.0, False), (0.5, False)]
)
def test_tempo(duration: float, even: bool):
    judged = form(JACKS, cycle(both(20), both(160)), duration, [1.0, 1.0, 1.0])
    assert ("Keep an even pace" in judged.cues) != even
    assert judged.score == pytest.approx(100 if even else 80)


def test_what_was_not_seen_is_not_held_against_anybody():
    assert form(JACKS, Cycle(0.0), 1.0, []).score == 100
