"""The form score: what earns points, what costs points, and the cues about it."""

import math
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiitpi.coach import State
from hiitpi.coach.rules.cycle import Cycle
from hiitpi.coach.rules.measure import Measure, Reading
from hiitpi.coach.rules.scoring import form
from hiitpi.coach.rules.strictness import standards
from hiitpi.coach.rules.workout_library import WorkoutLibrary

LIBRARY = WorkoutLibrary()
JACKS, SQUAT, PLANK = LIBRARY["jumping_jacks"], LIBRARY["squat"], LIBRARY["plank"]
ARMS, DEPTH = JACKS.signal, SQUAT.signal
FEET = next(measure for measure in JACKS.full_range if measure is not ARMS)
SITUP = LIBRARY["sit_up"]


def both(value: float) -> Reading:
    """Return a reading that is the same on both sides."""
    return Reading(value, value, value)


def cycle(low: Reading, high: Reading, measure: Measure = ARMS, turned: float = 0.5) -> Cycle:
    """Return a repetition that began at 0 s and reached both extremes at `turned` seconds."""
    return Cycle(0.0, {measure: low}, {measure: high}, {measure: turned}, {measure: turned})


FULL = cycle(both(15), both(175))
BARELY = cycle(both(44), both(111))


def score(cycle: Cycle, duration: float = 1.0, recent: tuple[float, ...] = ()) -> float:
    """Return the score of a jumping jack."""
    return form(JACKS, cycle, duration, recent).score


def test_a_full_repetition_scores_100():
    judged = form(JACKS, FULL, 1.2, [1.2, 1.2])
    assert judged.score == 100
    assert judged.cues == ()


def test_a_barely_valid_repetition_scores_60_and_has_the_cues_that_cost_most():
    judged = form(JACKS, BARELY, 1.2, [1.2])
    assert judged.score == pytest.approx(60, abs=1)
    assert judged.cues == ("Hands higher", "Lower your arms")


@pytest.mark.parametrize(("high", "expected"), [(110, 60), (142.5, 80), (175, 100), (180, 100)])
def test_depth_earns_in_proportion(high: float, expected: float):
    assert score(cycle(both(15), both(high))) == pytest.approx(expected)


@pytest.mark.parametrize(("depth", "expected"), [(0.5, 60), (0.675, 40), (0.85, 20)])
def test_a_repetition_above_the_standard_depth_loses_in_proportion(depth: float, expected: float):
    """It counts in a gentle session; from the standard, 0.5, to standing, 0.85, it loses 40."""
    judged = form(SQUAT, cycle(both(depth), both(1.0), DEPTH, 1.0), 2.0, [])
    assert judged.score == pytest.approx(expected)


def test_a_lockout_that_ends_early_costs_a_fifth():
    judged = form(JACKS, cycle(both(45), both(175)), 1.0, [])
    assert judged.score == pytest.approx(100 - 0.2 * 40)
    assert judged.cues == ("Lower your arms",)


@pytest.mark.parametrize(
    ("low", "cost", "has_cue"), [(15, 0, False), (30, 4, False), (33, 4.8, True)]
)
def test_a_lockout_costs_in_proportion(low: float, cost: float, has_cue: bool):
    """Arms below 45° are down, and 15° is the end of the full range."""
    judged = form(JACKS, cycle(both(low), both(175)), 1.0, [])
    assert judged.score == pytest.approx(100 - cost)
    assert ("Lower your arms" in judged.cues) == has_cue


@pytest.mark.parametrize(("high", "cues"), [(136, ()), (129.5, ("Hands higher",))])
def test_depth_below_035_has_a_cue(high: float, cues: tuple[str, ...]):
    """0.4 and 0.3 of the way from the standard, 110°, to the full range, 175°."""
    assert form(JACKS, cycle(both(15), both(high)), 1.0, []).cues == cues


@pytest.mark.parametrize(
    ("feet", "expected", "cues"), [(1.15, 90, ()), (0.97, 86, ("Feet wider",))]
)
def test_depth_is_the_mean_of_its_conditions(feet: float, expected: float, cues: tuple[str, ...]):
    """Full for the arms; 0.5 and 0.3 of the way from 0.7 to 1.6 for the feet."""
    extremes = cycle(both(15), both(175))
    extremes.low[FEET], extremes.high[FEET] = Reading(0.2), Reading(feet)
    judged = form(JACKS, extremes, 1.0, [])
    assert judged.score == pytest.approx(expected)
    assert judged.cues == cues


def test_a_standard_at_the_end_of_the_full_range_is_full_depth():
    strict = replace(JACKS, full_range={ARMS: (45, 110)})
    assert form(strict, cycle(both(45), both(110)), 1.0, []).score == 100


@pytest.mark.parametrize(
    ("low", "high", "fraction"), [(-0.3, 1.0, 1), (0.35, 1.0, 0.5), (-0.4, 1.1, 1)]
)
def test_range_of_motion_is_a_fraction_of_the_full_range(low: float, high: float, fraction: float):
    """The full range of a squat is 1.3 shins."""
    judged = form(SQUAT, cycle(both(low), both(high), DEPTH), 1.0, [])
    assert judged.range_of_motion == pytest.approx(fraction)


def test_range_of_motion_is_the_mean_of_the_measures():
    extremes = cycle(both(15), both(175))
    extremes.low[FEET], extremes.high[FEET] = Reading(0.2), Reading(0.9)
    assert form(JACKS, extremes, 1.0, []).range_of_motion == pytest.approx((1 + 0.5) / 2)


def test_range_of_motion_leaves_out_what_was_not_visible():
    feet = next(m for m in JACKS.full_range if m is not ARMS)
    extremes = cycle(both(15), both(95))
    extremes.low[feet] = extremes.high[feet] = Reading(math.nan)
    assert form(JACKS, extremes, 1.0, []).range_of_motion == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("apart", "symmetry", "cost", "has_cue"),
    [(0.05, 1, 0, False), (0.25, 0.5, 3, False), (0.29, 0.4, 3.6, True), (0.45, 0, 6, True),
     (0.9, 0, 6, True)],
)  # fmt: skip
def test_a_side_that_does_less_costs_points(
    apart: float, symmetry: float, cost: float, has_cue: bool
):
    """The difference is a fraction of the full range, 160°."""
    less = apart * 160
    for low, high in (
        (both(15), Reading(175, 175, 175 - less)),
        (both(15), Reading(175, 175 - less, 175)),
        (Reading(15, 15, 15 + less), both(175)),
    ):
        judged = form(JACKS, cycle(low, high), 1.0, [])
        assert judged.symmetry == pytest.approx(symmetry)
        assert judged.score == pytest.approx(100 - cost)
        assert ("Left and right alike" in judged.cues) == has_cue


def test_symmetry_is_that_of_the_least_symmetric_measure():
    extremes = cycle(both(15), both(175))
    extremes.low[FEET], extremes.high[FEET] = both(0.2), Reading(1.6, 1.6, 1.6 - 0.25 * 1.4)
    assert form(JACKS, extremes, 1.0, []).symmetry == pytest.approx(0.5)


@pytest.mark.parametrize(("paired", "compared"), [(23, False), (24, True)])
def test_sides_are_compared_if_both_were_visible_in_four_fifths_of_the_frames(
    paired: int, compared: bool
):
    extremes = cycle(both(15), Reading(175, 175, 60))
    extremes.frames, extremes.paired = 30, {ARMS: paired}
    assert (form(JACKS, extremes, 1.0, []).symmetry < 1) == compared


@pytest.mark.parametrize(
    ("duration", "cost", "has_cue"),
    [
        (1.0, 0, False),
        (1.25, 8 * math.log2(1.25), False),
        (2.0, 8, True),
        (4.0, 8, True),
        (0.5, 8, True),
    ],
)
def test_tempo(duration: float, cost: float, has_cue: bool):
    judged = form(JACKS, FULL, duration, [0.2, 1.0, 9.0])
    assert judged.score == pytest.approx(100 - cost)
    assert ("Keep an even pace" in judged.cues) == has_cue


@pytest.mark.parametrize(
    ("turned", "cost", "has_cue"),
    [(1.0, 0, False), (0.75, 3, False), (0.5, 6, True), (0.1, 6, True), (1.9, 0, False)],
)
def test_an_uncontrolled_descent_costs_points(turned: float, cost: float, has_cue: bool):
    """A squat of 2 s lowers on the way out of standing."""
    judged = form(SQUAT, cycle(both(-0.3), both(1.0), DEPTH, turned), 2.0, [])
    assert judged.score == pytest.approx(100 - cost)
    assert ("Lower more slowly" in judged.cues) == has_cue


def test_a_sit_up_lowers_on_the_way_back():
    (up,) = (condition.measure for condition in standards(SITUP))
    slow, dropped = (
        form(SITUP, cycle(both(5), both(75), up, turned), 2.0, []).score for turned in (1.0, 1.9)
    )
    assert (slow, dropped) == (100, 94)


def test_control_is_not_judged_if_nothing_is_lowered():
    assert JACKS.lowering is None
    assert score(cycle(both(15), both(175), turned=0.1)) == 100


def test_faults_cost_a_part_of_the_points_that_depth_earned():
    """Half of the depth earns 20 points, of which the lockout costs a fifth."""
    assert score(cycle(both(45), both(142.5))) == pytest.approx(60 + 20 * (1 - 0.2))


def test_the_costs_of_all_faults_add_up():
    """Lockout 0.2, symmetry 0.15, control 0.15 and tempo 0.2."""
    low = Reading(-0.3, -0.3, -0.3 + 0.5 * 1.3)
    judged = form(SQUAT, cycle(low, both(0.85), DEPTH, turned=0.1), 2.0, [1.0])
    assert judged.score == pytest.approx(60 + 40 * (1 - 0.7))


def test_cues_are_in_the_order_of_their_costs():
    """Tempo costs 0.2, symmetry 0.15, lockout 0.6 × 0.2, and control 0.6 × 0.15."""
    low, high = Reading(-0.3, -0.3, -0.3 + 0.5 * 1.3), both(0.85 + 0.4 * 0.15)
    judged = form(SQUAT, cycle(low, high, DEPTH, turned=0.7), 2.0, [1.0])
    assert judged.score == pytest.approx(100 - 40 * (0.2 + 0.15 + 0.12 + 0.09))
    assert judged.cues == (
        "Keep an even pace",
        "Left and right alike",
        "Stand all the way up",
        "Lower more slowly",
    )


def test_the_cue_for_the_most_expensive_fault_comes_first():
    """Depth loses nearly all of its 40 points; the faults cost a part of the few that are left."""
    judged = form(SQUAT, cycle(both(0.45), both(0.86), DEPTH, 0.1), 2.0, [1.0])
    assert judged.cues[0] == "Go lower: hips level with the knees"
    assert set(judged.cues) == {
        "Go lower: hips level with the knees",
        "Stand all the way up",
        "Lower more slowly",
        "Keep an even pace",
    }


@pytest.mark.parametrize(
    ("low", "high", "expected", "cue"),
    [(0.04, 0.06, 100, ()), (0.13, 0.17, 80, ()), (0.22, 0.26, 62, ("Hips lower",)),
     (-0.16, -0.12, 62, ("Hips higher",))],
)  # fmt: skip
def test_a_second_of_a_plank_scores_by_the_line_of_the_body(low, high, expected, cue):
    judged = form(PLANK, cycle(both(low), both(high), PLANK.signal), 1.0, [])
    assert judged.score == pytest.approx(expected)
    assert judged.cues == cue


@pytest.mark.parametrize(
    ("hips", "expected", "cues"),
    [(0.17, 76, ()), (0.19, 72, ("Hips lower",)), (-0.07, 76, ()), (-0.09, 72, ("Hips higher",))],
)
def test_a_line_near_a_limit_has_a_cue(hips: float, expected: float, cues: tuple[str, ...]):
    """Between -0.15 and 0.25 the middle is 0.05. A cue is given below 0.35 of the quality."""
    judged = form(PLANK, cycle(both(hips), both(hips), PLANK.signal), 1.0, [])
    assert judged.score == pytest.approx(expected)
    assert judged.cues == cues


def test_a_hold_with_one_limit_scores_100():
    signal = PLANK.signal
    workout = replace(PLANK, states=(State("held", signal < 0.25),))
    assert form(workout, cycle(both(0.2), both(0.2), signal), 1.0, []).score == 100


def test_invisible_measures_cost_nothing():
    unseen = Reading(math.nan)
    for workout in LIBRARY:
        measures: Mapping[Measure, Reading] = dict.fromkeys(workout.measures, unseen)
        assert form(workout, Cycle(0.0), 1.0, []).score == 100
        assert form(workout, Cycle(0.0, dict(measures), dict(measures)), 1.0, []).score == 100


@given(
    low=st.floats(-50, 200), high=st.floats(-50, 200), right=st.floats(-50, 200),
    turned=st.floats(0, 3), duration=st.floats(0, 10), usual=st.floats(0.1, 10),
)  # fmt: skip
def test_scores_are_between_60_and_100_once_the_standard_is_met(
    low, high, right, turned, duration, usual
):
    for workout in LIBRARY:
        for measure in workout.full_range or {workout.signal: None}:
            extremes = cycle(both(low), Reading(high, high, right), measure, turned)
            score = form(workout, extremes, duration, [usual]).score
            of_measure = [c for c in standards(workout) if c.measure is measure]
            middle = both((low + high) / 2)
            reached = {"<": both(low), ">": both(high)}
            reached = {"<": middle, ">": middle} if workout.hold else reached
            if all(c.missed_by(reached[c.sign]) <= 0 for c in of_measure):
                assert 60 <= score <= 100
            else:
                assert 20 <= score <= 100
