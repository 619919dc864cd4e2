import csv

import pytest

from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.coach.session.gesture import GESTURES, HOLD_S, GestureDetector, is_shown
from hiitpi.recordings.pose_source import poses_of_npz
from tests.coach.session.test_session import hands
from tests.conftest import shared
from tests.support.ideal_athlete import LIBRARY, performance

BOTH_UP, ONE_UP, DOWN = hands(170, 170), hands(170, 10), hands(10, 10)


def detections(gesture: GestureDetector, film) -> int:
    return sum(gesture.update(pose, time) for time, pose in film)


def test_the_gestures_are_distinguished():
    assert [is_shown("overhead", pose) for pose in (BOTH_UP, ONE_UP, DOWN)] == [True, False, False]
    assert [is_shown("one up", pose) for pose in (BOTH_UP, ONE_UP, DOWN)] == [False, True, False]


def test_a_gesture_must_be_held_and_is_detected_once():
    gesture = GestureDetector([LIBRARY["squat"]])
    assert detections(gesture, ((i / 10, BOTH_UP) for i in range(int(HOLD_S * 10)))) == 0
    assert detections(gesture, ((i / 10, BOTH_UP) for i in range(int(HOLD_S * 10), 100))) == 1
    assert detections(gesture, [(10.1, DOWN), (10.5, DOWN)]) == 0
    assert detections(gesture, ((11 + i / 10, BOTH_UP) for i in range(30))) == 1


def test_a_single_frame_without_the_gesture_is_ignored():
    gesture = GestureDetector([LIBRARY["squat"]])
    assert detections(gesture, ((i / 10, None if i == 9 else BOTH_UP) for i in range(25))) == 1


def test_the_gesture_does_not_occur_in_a_workout_of_the_program():
    assert GestureDetector([LIBRARY["squat"]]).gesture == "overhead"
    assert GestureDetector([LIBRARY["squat"], LIBRARY["jumping_jacks"]]).gesture == "one up"
    assert GestureDetector(WorkoutLibrary()).gesture == "one up"
    assert all(GestureDetector([w]).description in GESTURES.values() for w in WorkoutLibrary())


@pytest.mark.parametrize("workout", WorkoutLibrary(), ids=lambda w: w.slug)
@pytest.mark.parametrize("pace", [0.0, 8.0])
def test_the_synthetic_athlete_makes_no_gesture_while_training(workout, pace: float):
    film = ((time, pose) for time, pose, _ in performance(workout.slug, 25, 10, pace=pace))
    assert detections(GestureDetector([workout]), film) == 0


@pytest.mark.parametrize("model", ["blazepose", "posenet", "movenet"])
def test_people_in_recordings_make_no_gesture_while_training(model: str):
    index = shared("poses/index.csv")
    with index.open() as file:
        rows = {(r["file"], r["workout"]) for r in csv.DictReader(file) if int(r["reps"])}
    gestures = {}
    for name, slug in rows:
        film = [(frame.time, frame.pose) for frame in poses_of_npz(index.parent / name, model)]
        gestures[name] = detections(GestureDetector([LIBRARY[slug]]), film)
    assert len(gestures) > 40
    assert {name for name, count in gestures.items() if count} == set()
