"""How the workouts are done, in words."""

from hiitpi.coach.rules.explanation import explain
from hiitpi.coach.rules.guides import guides
from hiitpi.coach.rules.workout_library import WorkoutLibrary

LIBRARY = WorkoutLibrary()


def test_every_shipped_workout_has_a_guide_and_only_those():
    assert guides().keys() == {workout.slug for workout in LIBRARY}


def test_lines_are_short_sentences():
    for slug, guide in guides().items():
        assert all(line.endswith(".") for line in guide.how), slug
        assert not any(
            text.endswith(".") for text in (guide.muscles, guide.easier, guide.harder)
        ), slug


def test_the_rules_are_explained_in_their_own_words():
    assert explain(LIBRARY["wall_sit"])[0].startswith(
        "It is a position to hold: height of the hips"
    )
    sentences = explain(LIBRARY["high_knees"])
    assert sentences[0].startswith("It begins and ends with height of the knees over the hips <")
    assert "Left and right take turns, and each counts." in sentences
    assert all(explain(workout) for workout in LIBRARY)
