"""Reasons for rhythmic movements that are not counted, and only for those."""

import math
from dataclasses import replace

import pytest

from hiitpi.coach.rules.measure import UNSEEN, Reading
from hiitpi.coach.rules.uncounted import NO_REASON, REPEAT_AFTER_S, UncountedMovement
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from tests.support.ideal_athlete import judged

LIBRARY = WorkoutLibrary()
SLUGS = sorted(workout.slug for workout in LIBRARY)
SQUAT = LIBRARY["squat"]


def cues(performed: str, chosen: str, seconds: float = 12.0, **options) -> list[str]:
    """Return the cues for an athlete who performs one workout and has chosen another."""
    texts: list[str] = []

    def listen(coach, result):
        texts.extend(event.text for event in result.events if event.kind == "cue")

    judged(performed, seconds, workout=chosen, listen=listen, **options)
    return texts


@pytest.mark.parametrize(
    ("performed", "chosen", "reason"),
    [
        ("jumping_jacks", "push_up", "Down on hands and toes"),
        ("push_up", "jumping_jacks", "Stand upright"),
        ("squat", "burpee", "Hands to the floor"),
        ("squat", "high_knees", "One knee at a time"),
        ("sit_up", "mountain_climber", "Hands under the shoulders"),
        ("toe_touch", "sit_up", "Lie down on your back"),
    ],
)
def test_the_reason_names_what_another_exercise_lacks(performed: str, chosen: str, reason: str):
    assert cues(performed, chosen)[:1] == [reason]


@pytest.mark.parametrize("slug", sorted(set(SLUGS) - {"plank", "wall_sit"}))
def test_counted_repetitions_have_no_reason(slug: str):
    assert cues(slug, slug) == []


def test_failed_attempts_have_their_own_reason():
    assert cues("squat", "squat", form="half") == []


class Mover:
    """Moves one measure up and down while the conditions on all others hold."""

    def __init__(self, **others: float) -> None:
        self.watch, self.now = UncountedMovement(SQUAT), 0.0
        self.values = {measure: Reading(0.0) for measure in SQUAT.measures}
        upright = [c.measure for c in SQUAT.states[1].conditions if c.sign == ">"]
        self.values |= dict.fromkeys(upright, Reading(1.0))

    def cycle(self, low: float = 0.6, high: float = 1.0, seconds: float = 2.0) -> list[str]:
        reasons = []
        for i in range(20):
            depth = (low + high) / 2 + (high - low) / 2 * math.cos(2 * math.pi * i / 20)
            self.values[SQUAT.signal] = Reading(depth)
            reasons.append(self.watch.update(self.values, self.now))
            self.now += seconds / 20
        return [text for text in reasons if text]

    def cycles(self, number: int, **options: float) -> list[str]:
        return [text for _ in range(number) for text in self.cycle(**options)]


def test_a_reason_is_given_after_three_cycles_and_not_repeated_immediately():
    mover = Mover()
    assert mover.cycles(2) == []
    assert mover.cycles(1) == ["Go lower: hips level with the knees"]
    assert mover.cycles(int(REPEAT_AFTER_S / 2)) == []
    assert len(mover.cycles(4)) == 1


def test_small_and_slow_movements_are_not_rhythmic():
    assert Mover().cycles(10, low=0.8) == []
    assert Mover().cycles(5, seconds=20.0) == []


def test_a_repetition_or_an_attempt_resets_the_cycles():
    mover = Mover()
    for _ in range(5):
        assert mover.cycles(2) == []
        mover.watch.reset()


def test_hidden_joints_are_named():
    mover = Mover()
    trunk = next(c.measure for c in SQUAT.throughout)
    mover.values[trunk] = UNSEEN
    assert mover.cycles(3, low=0.3) == ["The camera must see your hips and shoulders"]


def test_the_general_reason_is_given_later():
    mover = Mover()
    mover.watch = UncountedMovement(replace(SQUAT, throughout=()))
    assert mover.cycles(5, low=0.3) == []
    assert mover.cycles(1, low=0.3) == [NO_REASON]
