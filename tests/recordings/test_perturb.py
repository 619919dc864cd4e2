"""Perturbations, which must not change a count: each does only what its name says."""

import numpy as np
import pytest

from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.pose.keypoints import KEYPOINTS, SIDES
from hiitpi.recordings.count import count
from hiitpi.recordings.perturb import (
    GUESSED_SCORE,
    PERTURBATIONS,
    at_rate,
    cropped,
    far_limb_guessed,
    faster,
    mirrored,
    must_not_matter,
    noisy,
)
from hiitpi.recordings.pose_source import PoseFrame
from tests.support.stick_figure import CLOSED, OPEN, cycle, film

LIBRARY = WorkoutLibrary()


def recording(fps: float = 30.0) -> list[PoseFrame]:
    """Return the frames of six jumping jacks in six seconds."""
    frames = list(film(*cycle(OPEN, CLOSED, 1.0, times=6), fps=fps))
    return [PoseFrame(figure.pose() if figure else None, time, 0.0) for time, figure in frames]


def test_mirroring_twice_restores_the_pose():
    frames = recording()
    once, twice = mirrored(frames), mirrored(mirrored(frames))
    assert not np.allclose(once[3].pose.xy, frames[3].pose.xy)
    offset = twice[3].pose.xy - frames[3].pose.xy
    assert np.allclose(offset, offset[0])  # up to the position of the image's left edge


@pytest.mark.parametrize("fps", [8, 10, 15, 29])
def test_frames_are_dropped_down_to_a_frame_rate(fps: float):
    frames = at_rate(recording(60.0), fps)
    seconds = frames[-1].time - frames[0].time
    assert (len(frames) - 1) / seconds == pytest.approx(fps, rel=0.1)


def test_no_frames_are_added_for_a_higher_rate():
    frames = recording()
    assert at_rate(frames, 60) == frames


def test_a_faster_recording_is_shorter_at_the_same_frame_rate():
    frames = faster(recording(), 2.0)
    assert frames[-1].time == pytest.approx(recording()[-1].time / 2, abs=0.05)
    assert np.diff([frame.time for frame in frames]).min() >= 1 / 31


def test_noise_is_proportional_to_the_body_and_reproducible():
    frames = recording()
    errors = np.concatenate(
        [a.pose.xy - b.pose.xy for a, b in zip(noisy(frames, 0.02), frames, strict=True)]
    )
    height = np.mean([np.ptp(frame.pose.xy[:, 1]) for frame in frames])
    assert errors.std() == pytest.approx(0.02 * height, rel=0.1)
    assert np.array_equal(noisy(frames, 0.02)[5].pose.xy, noisy(frames, 0.02)[5].pose.xy)


def test_a_guessed_limb_coincides_with_the_other_one():
    pose = far_limb_guessed(recording())[0].pose
    left, right = SIDES["knee"]
    assert np.array_equal(pose.xy[left], pose.xy[right])
    assert min(pose.score[left], pose.score[right]) == np.float32(GUESSED_SCORE)


def test_a_crop_hides_joints_and_is_only_used_if_no_rule_needs_them():
    pose = cropped(recording(), "knees")[0].pose
    hidden = [name for name, score in zip(KEYPOINTS, pose.score, strict=True) if score == 0]
    assert hidden == ["left_knee", "right_knee", "left_ankle", "right_ankle"]
    assert must_not_matter("cropped at the knees", LIBRARY["jumping_jacks"])
    assert not must_not_matter("cropped at the knees", LIBRARY["squat"])


def test_a_hold_that_is_played_faster_lasts_fewer_seconds():
    assert not must_not_matter("2x", LIBRARY["plank"])
    assert must_not_matter("mirrored", LIBRARY["plank"])
    assert must_not_matter("2x", LIBRARY["push_up"])


@pytest.mark.parametrize("change", PERTURBATIONS)
def test_perturbed_jumping_jacks_are_counted_within_one(change: str):
    frames = PERTURBATIONS[change](recording())
    assert abs(count(frames, LIBRARY["jumping_jacks"], "x").reps - 6) <= 1


def test_frames_without_a_pose_stay_without_one():
    frames = [PoseFrame(None, i / 30, 0.0) for i in range(60)]
    for name, change in PERTURBATIONS.items():
        assert all(frame.pose is None for frame in change(frames)), name
