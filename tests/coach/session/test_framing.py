from dataclasses import replace

import numpy as np
import pytest

from hiitpi.camera.synthetic.animations import ANIMATIONS, at_ease
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.coach.session.framing import NOBODY_ADVICE, Framing, framing_advice
from hiitpi.pose.keypoints import SIDES, Pose
from hiitpi.recordings.pose_source import poses_of_npz
from tests.conftest import shared
from tests.support.ideal_athlete import LIBRARY, pose_of

SIZE = (640, 480)
STANDING = pose_of(at_ease(0.0))
ONE_FOOT = replace(
    STANDING, score=np.where(np.arange(17) == SIDES["ankle"][0], 0.01, 0.9).astype(np.float32)
)


def moved(pose: Pose, dx: float = 0.0, dy: float = 0.0, scale: float = 1.0) -> Pose:
    middle = np.array(SIZE, np.float32) / 2
    xy = (pose.xy - middle) * scale + middle + np.array((dx, dy), np.float32)
    return replace(pose, xy=xy.astype(np.float32))


@pytest.mark.parametrize("workout", WorkoutLibrary(), ids=lambda w: w.slug)
def test_the_synthetic_athlete_is_well_framed_in_every_starting_position(workout):
    pose = pose_of(ANIMATIONS[workout.slug].pose(0.0, 1.0, 1.0))
    assert framing_advice(workout, pose, SIZE) == ""


@pytest.mark.parametrize(
    ("workout", "pose", "advice"),
    [
        ("squat", None, NOBODY_ADVICE),
        ("squat", moved(STANDING, scale=1.8), "Step back: I can’t see your feet"),
        ("squat", moved(STANDING, dx=400), "Move to the middle: I can’t see your feet and knees"),
        ("squat", moved(STANDING, scale=0.1), "Come closer"),
        ("jumping_jacks", moved(STANDING, dy=-100), "Step back: your hands will leave the picture"),
        ("plank", STANDING, "Turn sideways"),
        ("mountain_climber", STANDING, "Turn sideways"),
        ("jumping_jacks", pose_of(at_ease(0.0), (80.0, 1.05)), "Turn to the camera"),
        ("squat", pose_of(at_ease(0.0), (80.0, 1.05)), ""),
        ("plank", pose_of(at_ease(0.0), (80.0, 1.05)), ""),
        ("squat", ONE_FOOT, ""),  # one side is enough
        (
            "jumping_jacks",
            ONE_FOOT,
            "Step back: I can’t see your feet",
        ),
    ],
)
def test_advice(workout: str, pose: Pose | None, advice: str):
    assert framing_advice(LIBRARY[workout], pose, SIZE) == advice


def test_a_single_bad_frame_does_not_restart_the_check():
    framing = Framing(LIBRARY["squat"])
    for i in range(40):
        framing.update(None if i % 7 == 3 else STANDING, SIZE, i / 30)
    framing.update(STANDING, SIZE, 40 / 30)
    assert framing.ready
    assert framing.advice == ""


def test_the_framing_must_be_good_for_a_second():
    framing = Framing(LIBRARY["squat"])
    framing.update(STANDING, SIZE, 0.0)
    framing.update(STANDING, SIZE, 0.9)
    assert not framing.ready
    framing.update(None, SIZE, 1.0)
    framing.update(None, SIZE, 1.9)
    assert not framing.ready
    framing.update(STANDING, SIZE, 2.0)
    framing.update(STANDING, SIZE, 2.9)
    assert not framing.ready
    framing.update(STANDING, SIZE, 3.1)
    assert framing.ready


@pytest.mark.parametrize("file", ["squat__14", "jumping_jack__21", "pushup__33", "plank__103"])
def test_people_in_recordings_are_well_framed_most_of_the_time(file: str):
    path = shared(f"poses/{file}.npz")
    slug = {"jumping": "jumping_jacks", "pushup": "push_up"}.get(
        file.split("_")[0], file.split("_")[0]
    )
    size = tuple(int(v) for v in np.load(path)["size"])
    poses = [frame.pose for frame in poses_of_npz(path, "blazepose") if frame.pose]
    good = [framing_advice(LIBRARY[slug], pose, size) == "" for pose in poses]
    assert np.mean(good) > 0.85
