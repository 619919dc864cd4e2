"""The gesture that pauses and resumes a session."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.coach.session.gesture import GESTURES, HOLD_S, GestureDetector, is_shown
from hiitpi.pose.keypoints import INDEX, KEYPOINTS, Pose
from hiitpi.recordings.pose_source import poses_of_npz
from tests.conftest import shared
from tests.support.coach_athlete import hands
from tests.support.ideal_athlete import LIBRARY, performance

BOTH_UP, ONE_UP, DOWN = hands(170, 170), hands(170, 10), hands(10, 10)


def detections(gesture: GestureDetector, film) -> int:
    """Return the number of times the gesture is detected."""
    return sum(gesture.update(pose, time) for time, pose in film)


def test_the_gestures_are_distinguished():
    assert [is_shown("overhead", pose) for pose in (BOTH_UP, ONE_UP, DOWN)] == [True, False, False]
    assert [is_shown("one up", pose) for pose in (BOTH_UP, ONE_UP, DOWN)] == [False, True, False]


#: Joints of a person whose trunk is 100 long, with its middle at y = 250.
UPRIGHT = {
    "nose": (300, 160),
    "left_shoulder": (340, 200), "right_shoulder": (260, 200),
    "left_hip": (330, 300), "right_hip": (270, 300),
}  # fmt: skip


def wrists(left: float, right: float, **joints: tuple[float, float]) -> Pose:
    """Return the upright person with the wrists at two heights (y).

    Args:
        left: y of the left wrist.
        right: y of the right wrist.
        joints: other places of keypoints.
    """
    places = UPRIGHT | {"left_wrist": (350, left), "right_wrist": (250, right)} | joints
    xy = np.array([places.get(name, (0, 0)) for name in KEYPOINTS], np.float32)
    return Pose(xy, np.full(17, 0.9, np.float32), 0.9)


@pytest.mark.parametrize(
    ("left", "right", "gesture"),
    [
        (129, 129, "overhead"),  # 0.3 trunks above the nose is 130
        (131, 129, None),
        (129, 131, None),
        (129, 271, "one up"),  # 0.2 trunks below the middle is 270
        (271, 129, "one up"),
        (129, 269, None),
        (131, 271, None),
        (271, 271, None),
    ],
)
def test_raised_and_lowered_wrists(left: float, right: float, gesture: str | None):
    shown = [name for name in GESTURES if is_shown(name, wrists(left, right))]
    assert shown == ([gesture] if gesture else [])


@pytest.mark.parametrize(("aside", "upright"), [(74, True), (76, False)])
def test_a_gesture_needs_an_upright_trunk(aside: float, upright: bool):
    """Hips 75 aside, and 100 below the shoulders, make a trunk of 125: its height is 0.8 of it."""
    hips = {"left_hip": (330.0 + aside, 300.0), "right_hip": (270.0 + aside, 300.0)}
    assert is_shown("overhead", wrists(20, 20, **hips)) == upright


@pytest.mark.parametrize("joint", ["left_shoulder", "right_hip", "left_wrist", "right_wrist"])
def test_a_gesture_needs_visible_joints(joint: str):
    pose = wrists(100, 100)
    pose.score[:] = 0.21
    assert is_shown("overhead", pose)
    pose.score[INDEX[joint]] = 0.19
    assert not is_shown("overhead", pose)


def test_the_heights_are_relative_to_the_trunk():
    near = wrists(129, 129)
    near.xy[:] = near.xy * 2 + (13, -40)
    assert is_shown("overhead", near)
    near.xy[INDEX["left_wrist"], 1] += 6
    assert not is_shown("overhead", near)


def test_a_gesture_must_be_held_and_is_detected_once():
    gesture = GestureDetector([LIBRARY["squat"]])
    assert detections(gesture, ((i / 10, BOTH_UP) for i in range(int(HOLD_S * 10)))) == 0
    assert detections(gesture, ((i / 10, BOTH_UP) for i in range(int(HOLD_S * 10), 100))) == 1
    assert detections(gesture, [(10.1, DOWN), (10.5, DOWN)]) == 0
    assert detections(gesture, ((11 + i / 10, BOTH_UP) for i in range(30))) == 1


def test_a_single_frame_without_the_gesture_is_ignored():
    gesture = GestureDetector([LIBRARY["squat"]])
    assert detections(gesture, ((i / 10, None if i == 9 else BOTH_UP) for i in range(25))) == 1


def test_a_gesture_takes_two_seconds():
    gesture = GestureDetector([LIBRARY["squat"]])
    film = [(time / 10, BOTH_UP) for time in range(50, 72)]
    assert [time for time, pose in film if gesture.update(pose, time)] == [7.0]


@pytest.mark.parametrize(("frames", "count"), [(3, 1), (5, 0)])
def test_a_gesture_may_be_interrupted_for_less_than_03_seconds(frames: int, count: int):
    """At 16 frames/s, by 0.25 s and by 0.375 s."""
    interrupted = range(16, 16 + frames)
    film = ((i / 16, DOWN if i in interrupted else BOTH_UP) for i in range(2 * 16 + 1))
    assert detections(GestureDetector([LIBRARY["squat"]]), film) == count


def test_there_is_no_gesture_if_each_occurs_in_a_workout():
    gesture = GestureDetector([replace(LIBRARY["squat"], hands=("overhead", "one up"))])
    assert (gesture.gesture, gesture.description) == (None, "")
    assert detections(gesture, ((i / 10, BOTH_UP) for i in range(50))) == 0


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


def test_a_gesture_before_and_after_a_gap_in_the_frames_is_not_held():
    gesture = GestureDetector([LIBRARY["squat"]])
    assert detections(gesture, [(0.0, BOTH_UP), (0.1, BOTH_UP), (5.0, BOTH_UP)]) == 0
    assert detections(gesture, [(5.0 + i / 10, BOTH_UP) for i in range(1, 21)]) == 1
