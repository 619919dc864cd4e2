"""Strict, standard and gentle sessions: which thresholds move, how far, and what that scores."""

import pytest

from hiitpi.coach import State, height
from hiitpi.coach.coach import Coach
from hiitpi.coach.rules.measure import Condition, Reading
from hiitpi.coach.rules.strictness import Strictness, at, room, standards
from hiitpi.coach.rules.workout import Workout
from tests.support.ideal_athlete import LIBRARY, performance

WORKOUTS = [pytest.param(workout, id=workout.slug) for workout in LIBRARY]


def threshold(workout: Workout, strictness: Strictness, standard: Condition) -> float:
    """Return where the standard condition of a workout is in a session of this strictness."""
    position = workout.conditions.index(standard)
    return at(workout, strictness).conditions[position].threshold


def test_a_standard_session_uses_the_rules_as_they_are():
    squat = LIBRARY["squat"]
    assert at(squat, "standard") is squat


@pytest.mark.parametrize("workout", WORKOUTS)
def test_strict_is_harder_and_gentle_is_easier(workout: Workout):
    assert standards(workout)
    for standard in standards(workout):
        for strictness, harder in (("strict", True), ("gentle", False)):
            moved = Reading(threshold(workout, strictness, standard))
            assert (standard.missed_by(moved) < 0) == harder, f"{strictness}: {standard}"


@pytest.mark.parametrize("workout", WORKOUTS)
def test_a_gentle_repetition_still_leaves_the_first_state(workout: Workout):
    """The gentle threshold stays on the far side of the first state's opposite condition."""
    if workout.hold:
        return
    for standard in standards(workout):
        easy, hard = room(workout, standard)
        gentle = threshold(workout, "gentle", standard)
        assert min(easy, hard) < gentle < max(easy, hard)


@pytest.mark.parametrize("workout", WORKOUTS)
def test_only_the_standards_move(workout: Workout):
    moving = standards(workout)
    for strictness in ("strict", "gentle"):
        rules = at(workout, strictness)
        assert rules.throughout == workout.throughout
        assert (rules.slug, rules.name, rules.measures) == (
            workout.slug, workout.name, workout.measures,
        )  # fmt: skip
        for before, after in zip(workout.conditions, rules.conditions, strict=True):
            assert (before == after) == (before not in moving)


@pytest.mark.parametrize(
    ("slug", "strict", "gentle"),
    [("squat", 0.5 - 0.8 / 3, 0.5 + 0.35 / 3), ("push_up", 0.58 - 0.33 / 3, 0.58 + 0.27 / 3)],
)
def test_thresholds_move_by_a_third_of_the_way(slug: str, strict: float, gentle: float):
    """Towards the full range, or back towards the threshold of the first state."""
    workout = LIBRARY[slug]
    (standard,) = standards(workout)
    assert threshold(workout, "strict", standard) == pytest.approx(strict)
    assert threshold(workout, "gentle", standard) == pytest.approx(gentle)


def test_a_standard_may_overlap_the_first_state():
    """It then moves back towards the end of the full range, away from both thresholds."""
    arms = height("wrist", over="hip", per="arm", says=("", ""))
    states = State("low", arms < 0.6), State("high", arms > 0.5)
    workout = Workout("Lift", "any", states, arms, {arms: (0.0, 1.0)})
    (standard,) = standards(workout)
    assert room(workout, standard) == (0.0, 1.0)
    assert threshold(workout, "gentle", standard) == pytest.approx(0.5 - 0.5 / 3)


def test_a_hold_allows_a_narrower_or_a_wider_range():
    """A plank allows the hips 0.15 below and 0.25 above the line: 0.2 to each side of 0.05."""
    limits = {
        strictness: sorted(c.threshold for c in standards(at(LIBRARY["plank"], strictness)))
        for strictness in ("strict", "gentle")
    }
    assert limits["strict"] == pytest.approx([0.05 - 0.4 / 3, 0.05 + 0.4 / 3])
    assert limits["gentle"] == pytest.approx([0.05 - 0.8 / 3, 0.05 + 0.8 / 3])


def coach(slug: str, strictness: Strictness, form: str) -> tuple[Coach, int]:
    """Let a coach watch the synthetic athlete; return it with the repetitions performed."""
    session_coach, performed = Coach(LIBRARY[slug], 0.0, strictness=strictness), 0
    for time, pose, performed in performance(slug, 9.0, form=form):  # noqa: B007
        session_coach.update(pose, time)
    return session_coach, performed


@pytest.mark.parametrize("slug", ["squat", "push_up", "jumping_jacks"])
def test_full_repetitions_count_and_score_alike_in_every_session(slug: str):
    coaches = [coach(slug, s, "good") for s in ("strict", "standard", "gentle")]
    assert {session_coach.reps - performed for session_coach, performed in coaches} == {0}
    scores = [session_coach.score for session_coach, _ in coaches]
    assert scores == pytest.approx([scores[1]] * 3, abs=0.5)


def test_a_repetition_that_is_gentle_only_scores_below_60():
    """The athlete's half jumping jacks raise the arms to between the two thresholds."""
    gentle, _ = coach("jumping_jacks", "gentle", "half")
    standard, _ = coach("jumping_jacks", "standard", "half")
    assert standard.reps == 0
    assert gentle.reps > 4
    assert 60 - 40 / 3 <= gentle.score < 60
