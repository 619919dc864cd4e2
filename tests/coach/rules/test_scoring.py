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


def test_a_full_symmetric_even_repetition_scores_at_least_95():
    assert form(JACKS, cycle(both(20), both(160)), 1.2, [1.2, 1.2]).score >= 95


def test_a_barely_valid_repetition_scores_about_60():
    judged = form(JACKS, cycle(both(59), both(111)), 1.2, [1.2])
    assert judged.score == pytest.approx(60, abs=3)
    assert judged.cues == ("Lower your arms", "Hands higher") or set(judged.cues) == {
        "Lower your arms",
        "Hands higher",
    }


def test_asymmetry_lowers_the_score():
    even = form(JACKS, cycle(both(20), both(160)), 1.0, []).score
    uneven = form(JACKS, cycle(both(20), Reading(150, 165, 110)), 1.0, [])
    assert uneven.symmetry < 0.5
    assert uneven.score < even - 10
    assert "Left and right alike" in uneven.cues


def test_a_side_that_was_visible_only_partly_is_not_compared():
    seen = cycle(both(20), Reading(150, 165, 60))
    seen.frames, seen.paired = 30, {ARMS: 20}
    assert form(JACKS, seen, 1.0, []).symmetry == 1
    seen.paired = {ARMS: 29}
    assert form(JACKS, seen, 1.0, []).symmetry < 0.5


def test_a_small_asymmetry_is_ignored():
    assert form(JACKS, cycle(both(20), Reading(158, 162, 154)), 1.0, []).symmetry == 1


@pytest.mark.parametrize(
    ("duration", "even"), [(1.0, True), (1.15, True), (0.85, True), (2.0, False), (0.5, False)]
)
def test_tempo(duration: float, even: bool):
    judged = form(JACKS, cycle(both(20), both(160)), duration, [1.0, 1.0, 1.0])
    assert ("Keep an even pace" in judged.cues) != even
    assert judged.score == pytest.approx(100 if even else 80)


def test_a_cycle_without_readings_has_the_full_score():
    assert form(JACKS, Cycle(0.0), 1.0, []).score == 100
