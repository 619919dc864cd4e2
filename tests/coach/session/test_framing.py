"""Advice on the position of the athlete in the frame."""

from dataclasses import replace

import numpy as np
import pytest

from hiitpi.camera.synthetic.animations import ANIMATIONS, at_ease
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.coach.session.framing import NOBODY_ADVICE, Framing, framing_advice
from hiitpi.pose.keypoints import KEYPOINTS, SIDES, Pose
from hiitpi.recordings.pose_source import poses_of_npz
from tests.conftest import shared
from tests.support.ideal_athlete import LIBRARY, pose_of

SIZE = (640, 480)
STANDING = pose_of(at_ease(0.0))
ONE_FOOT = replace(
    STANDING, score=np.where(np.arange(17) == SIDES["ankle"][0], 0.01, 0.9).astype(np.float32)
)


def moved(pose: Pose, dx: float = 0.0, dy: float = 0.0, scale: float = 1.0) -> Pose:
    """Return the pose scaled about the middle of the frame, and shifted."""
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


#: Left joints of a person who faces the camera, in the middle of a frame of 1000 × 500 pixels. The
#: trunk is 100 long, the shoulders are 60 apart.
LEFT_SIDE = {
    "nose": (500, 110), "eye": (500, 105), "ear": (500, 108),
    "shoulder": (530, 150), "elbow": (540, 200), "wrist": (540, 250),
    "hip": (520, 250), "knee": (520, 330), "ankle": (520, 400),
}  # fmt: skip


def facing(scale: float = 1.0, x: float = 500.0, **left: tuple[float, float]) -> Pose:
    """Return the person whose right side mirrors `LEFT_SIDE`.

    Args:
        scale: size relative to `LEFT_SIDE`.
        x: x of the middle of the body.
        left: other places of joints of the left side, of those of `LEFT_SIDE`.
    """
    xy = np.zeros((17, 2), np.float32)
    for index, name in enumerate(KEYPOINTS):
        joint = name.split("_")[-1]
        left_x, y = LEFT_SIDE[joint]
        place = (1000 - left_x, y) if name.startswith("right_") else left.get(joint, (left_x, y))
        xy[index] = (np.array(place) - (500, 250)) * scale + (x, 250)
    return Pose(xy, np.full(17, 0.9, np.float32), 0.9)


NO_FEET, NO_SHOULDERS = (f"Step back: I can’t see your {part}" for part in ("feet", "shoulders"))
ASIDE = "Move to the middle: I can’t see your feet and knees"


@pytest.mark.parametrize(
    ("workout", "pose", "advice"),
    [
        ("squat", facing(), ""),
        ("jumping_jacks", facing(), ""),
        # A joint must be a hundredth of the width and of the height from the edge.
        ("jumping_jacks", facing(ankle=(989, 400)), ""),
        ("jumping_jacks", facing(ankle=(11, 400)), ""),
        ("jumping_jacks", facing(ankle=(991, 400)), NO_FEET),
        ("jumping_jacks", facing(ankle=(9, 400)), NO_FEET),
        ("jumping_jacks", facing(ankle=(520, 494)), ""),
        ("jumping_jacks", facing(ankle=(520, 496)), NO_FEET),
        ("jumping_jacks", facing(shoulder=(530, 4)), NO_SHOULDERS),
        # Both sides are outside to the left, or to the right.
        ("squat", facing(x=-100), ASIDE),
        ("squat", facing(x=1100), ASIDE),
        ("squat", facing(x=985), ""),  # the right side is inside
        # The size is at least 0.12 × 500 = 60 pixels; unscaled it is 295.
        ("squat", facing(scale=0.21), ""),
        ("squat", facing(scale=0.2), "Come closer"),
    ],
)
def test_limits_of_position_and_size(workout: str, pose: Pose, advice: str):
    assert framing_advice(LIBRARY[workout], pose, (1000, 500)) == advice


@pytest.mark.parametrize(
    ("workout", "width", "advice"),
    [
        ("plank", 54, ""),
        ("plank", 56, "Turn sideways"),
        ("jumping_jacks", 31, ""),
        ("jumping_jacks", 29, "Turn to the camera"),
        ("squat", 29, ""),
        ("squat", 56, ""),
    ],
)
def test_the_width_of_the_shoulders_shows_the_direction(workout: str, width: float, advice: str):
    """Sideways it is at most 0.55 trunks, to the camera at least 0.3; the trunk is 100 long."""
    pose = facing()
    left, right = SIDES["shoulder"]
    pose.xy[left, 0], pose.xy[right, 0] = 500 + width / 2, 500 - width / 2
    assert framing_advice(LIBRARY[workout], pose, (1000, 500)) == advice


def test_a_body_that_lies_across_the_frame_is_seen_from_the_side():
    pose = facing()
    pose.xy[:] = pose.xy[:, ::-1] * (1, 0.5) + (300, 0)
    assert framing_advice(LIBRARY["plank"], pose, (1000, 500)) == ""


@pytest.mark.parametrize(
    ("up", "wrist", "advice"),
    [
        (48, 250, ""),
        (50, 250, "Step back: your hands will leave the picture"),
        (50, 60, ""),  # the hands are up already
    ],
)
def test_hands_that_go_overhead_need_room(up: float, wrist: float, advice: str):
    """The shoulders are at y = 150, `up` higher, and the arms are 51 + 50 long."""
    pose = facing()
    pose.xy[list(SIDES["wrist"]), 1] = wrist
    pose.xy[:, 1] -= up
    assert framing_advice(LIBRARY["jumping_jacks"], pose, (1000, 500)) == advice
    assert framing_advice(LIBRARY["squat"], pose, (1000, 500)) == ""


def test_the_feet_are_not_needed_on_the_floor():
    pose = facing()
    pose.score[list(SIDES["ankle"])] = 0.0
    assert framing_advice(LIBRARY["squat"], pose, (1000, 500)) == NO_FEET
    assert "feet" not in framing_advice(LIBRARY["sit_up"], pose, (1000, 500))


def test_low_scores_are_enough_on_the_floor():
    pose = replace(facing(), score=np.full(17, 0.1, np.float32))
    assert framing_advice(LIBRARY["sit_up"], pose, (1000, 500)) == "Turn sideways"
    assert framing_advice(LIBRARY["squat"], pose, (1000, 500)).startswith("Step back")


def test_advice_changes_after_04_seconds():
    framing, advice = Framing(LIBRARY["squat"]), []
    for time, pose in [
        (0.0, None), (0.375, None), (0.5, None),
        (1.0, STANDING), (1.375, STANDING), (1.5, STANDING),
    ]:  # fmt: skip
        framing.update(pose, SIZE, time)
        advice.append(framing.advice)
    assert advice == ["", "", NOBODY_ADVICE, NOBODY_ADVICE, NOBODY_ADVICE, ""]


@pytest.mark.parametrize(("seconds", "ready"), [(0.4, True), (0.5, False)])
def test_a_problem_of_04_seconds_does_not_restart_the_check(seconds: float, ready: bool):
    framing = Framing(LIBRARY["squat"])
    framing.update(STANDING, SIZE, 0.0)
    framing.update(None, SIZE, seconds)
    assert not framing.ready
    framing.update(STANDING, SIZE, 1.0)
    assert framing.ready == ready


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
