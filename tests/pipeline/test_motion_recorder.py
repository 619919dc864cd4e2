"""The movements of a session: what is kept of them, and how large it is."""

import gzip
from array import array
from dataclasses import replace

import pytest

from hiitpi.coach.coach import Coach
from hiitpi.coach.messages import Event, Repetition, SetRecord
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.pipeline.motion_recorder import FPS, MotionRecorder
from tests.support.ideal_athlete import performance
from tests.support.messages import sample
from tests.support.session_factory import record

LIBRARY = WorkoutLibrary()
SIZE = (640, 480)
SETS = (SetRecord(1, "squat", 1, 0.0, 60.0, 2, 1, 91.5),)


@pytest.mark.parametrize("fps", [8, 15, 30, 60])
def test_fifteen_frames_a_second_are_kept_at_most(fps: int):
    recorder = MotionRecorder(SIZE)
    for i in range(fps * 10):
        recorder.add(sample(i), (), i / fps, SIZE)
    times = recorder.replay(record(sets=SETS), LIBRARY).header["times"]
    assert len(times) == pytest.approx(10 * min(fps, FPS), rel=0.1)
    assert times == sorted(times)


def test_joints_scores_repetitions_and_attempts_are_kept():
    recorder = MotionRecorder(SIZE)
    frame = sample(1)
    attempt = Event("attempt", frame.time - 2.0, "Go lower", missed="depth 0.6, needs < 0.5")
    recorder.add(frame, [attempt, Event("cue", frame.time, "Chest up")], 10.0, SIZE)
    replay = recorder.replay(record(sets=SETS), LIBRARY)
    header = replay.header
    assert header["size"] == (640, 480)
    assert header["attempts"] == [
        {"time": 8.0, "text": "Go lower", "missed": "depth 0.6, needs < 0.5"}
    ]
    (squats,) = header["sets"]
    assert (squats["workout"], squats["number"]) == ("Squats", 1)
    assert squats["bands"]
    assert (len(replay.xy), len(replay.scores)) == (17 * 4, 17)


def test_a_frame_without_a_person_and_joints_far_outside():
    recorder = MotionRecorder(SIZE)
    recorder.add(replace(sample(1), keypoints=None), (), 0.0, SIZE)
    recorder.add(replace(sample(2), keypoints=((99_999, -99_999, 1.0),) * 17), (), 1.0, SIZE)
    replay = recorder.replay(record(sets=SETS), LIBRARY)
    assert replay.scores == bytes(17) + bytes([100] * 17)


def test_an_own_workout_that_was_removed_is_named():
    recorder = MotionRecorder(SIZE)
    recorder.add(sample(1), (), 0.0, SIZE)
    sets = (SetRecord(1, "removed", 1, 0.0, 60.0, 2, 1),)
    (only,) = recorder.replay(record(sets=sets), LIBRARY).header["sets"]
    assert (only["workout"], only["bands"]) == ("removed", [])


def test_a_minute_of_movement_is_small():
    recorder, coach = MotionRecorder(SIZE), Coach(LIBRARY["jumping_jacks"], 0.0)
    for time, pose, _ in performance("jumping_jacks", 60):
        result = coach.update(pose, time)
        recorder.add(result.sample, result.events, time, SIZE)
    content = recorder.replay(record(sets=SETS), LIBRARY).content()
    assert len(gzip.decompress(content)) < 60 * FPS * 120
    assert len(content) < 60 * 1500


def test_seconds_that_are_taken_back_are_removed():
    recorder = MotionRecorder(SIZE)
    attempt = Event("attempt", sample(1).time, "Go lower")
    for i in range(100):  # the athlete leaves after five seconds, and three are taken back
        recorder.add(sample(1), [attempt] * (i == 70), i / 10, SIZE)
    recorder.add(sample(1), (), 5.0, SIZE)
    recorder.add(sample(1), (), 5.1, SIZE)
    header = recorder.replay(record(sets=SETS), LIBRARY).header
    assert header["times"] == [round(i / 10, 1) for i in range(52)]
    assert header["attempts"] == []


def test_only_repetitions_whose_movement_was_seen_are_shown():
    recorder = MotionRecorder(SIZE)
    for i in range(100):  # the app was started again after two seconds of the set
        recorder.add(sample(1), (), 2 + i / 10, SIZE)
    series = tuple(Repetition(n, t, 1.5, 1, 1, 90) for n, t in ((1, 1.5), (2, 3), (3, 5), (4, 99)))
    header = recorder.replay(record(sets=SETS, series=series), LIBRARY).header
    assert [rep["number"] for rep in header["reps"]] == [3]


def test_a_camera_with_another_size_is_scaled():
    recorder = MotionRecorder(SIZE)
    frame = replace(sample(1), keypoints=((100, 60, 1.0),) * 17)
    recorder.add(frame, (), 0.0, SIZE)
    recorder.add(frame, (), 1.0, (320, 240))
    xy = array("h", recorder.replay(record(sets=SETS), LIBRARY).xy)
    assert xy[:2].tolist() == [100, 60]
    assert xy[34:36].tolist() == [200, 120]
