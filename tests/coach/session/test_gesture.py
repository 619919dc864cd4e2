import csv

import pytest

from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.coach.session.gesture import GESTURES, HOLD_S, GestureDetector, is_shown
from hiitpi.recordings.pose_source import poses_of_npz
from tests.coach.session.test_session import hands
from tests.conftest import shared
from tests.support.ideal_athlete import LIBRARY, performance

UP, ONE, DOWN = hands(170, 170), hands(170, 10), hands(10, 10)


def fires(gesture: GestureDetector, film) -> int:
    return sum(gesture.update(pose, time) for time, pose in film)


def test_each_sign_is_told_from_the_other():
    assert [is_shown("overhead", pose) for pose in (UP, ONE, DOWN)] == [True, False, False]
    assert [is_shown("one up", pose) for pose in (UP, ONE, DOWN)] == [False, True, False]


def test_a_sign_must_be_held_and_is_given_once():
    gesture = GestureDetector([LIBRARY["squat"]])
    assert fires(gesture, ((i / 10, UP) for i in range(int(HOLD_S * 10)))) == 0
    assert fires(gesture, ((i / 10, UP) for i in range(int(HOLD_S * 10), 100))) == 1
    assert fires(gesture, [(10.1, DOWN), (10.5, DOWN)]) == 0
    assert fires(gesture, ((11 + i / 10, UP) for i in range(30))) == 1


def test_a_frame_without_it_is_forgiven():
    gesture = GestureDetector([LIBRARY["squat"]])
    assert fires(gesture, ((i / 10, None if i == 9 else UP) for i in range(25))) == 1


def test_the_sign_is_one_that_no_workout_of_the_program_uses():
    assert GestureDetector([LIBRARY["squat"]]).gesture == "overhead"
    assert GestureDetector([LIBRARY["squat"], LIBRARY["jumping_jacks"]]).gesture == "one up"
    assert GestureDetector(WorkoutLibrary()).gesture == "one up"
    assert all(GestureDetector([w]).description in GESTURES.values() for w in WorkoutLibrary())


@pytest.mark.parametrize("workout", WorkoutLibrary(), ids=lambda w: w.slug)
@pytest.mark.parametrize("pace", [0.0, 8.0])
def test_the_drawn_athlete_gives_no_sign_while_training(workout, pace: float):
    film = ((time, pose) for time, pose, _ in performance(workout.slug, 25, 10, pace=pace))
    assert fires(GestureDetector([workout]), film) == 0


@pytest.mark.parametrize("model", ["blazepose", "posenet", "movenet"])
def test_real_people_give_no_sign_while_training(model: str):
    index = shared("poses/index.csv")
    with index.open() as file:
        rows = {(r["file"], r["workout"]) for r in csv.DictReader(file) if int(r["reps"])}
    signs = {}
    for name, slug in rows:
        film = [(seen.time, seen.pose) for seen in poses_of_npz(index.parent / name, model)]
        signs[name] = fires(GestureDetector([LIBRARY[slug]]), film)
    assert len(signs) > 40
    assert {name for name, times in signs.items() if times} == set()
