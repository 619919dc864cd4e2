"""Perturbations of a recording that must not change its count."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from hiitpi.coach.rules.workout import Workout
from hiitpi.pose.keypoints import KEYPOINTS, SIDES, Pose
from hiitpi.recordings.pose_source import PoseFrame

Frames = list[PoseFrame]

#: Frames per second of common cameras; faster recordings are resampled to it.
CAMERA_FPS: Final = 30.0

#: Typical score of an occluded limb, whose position an engine guesses to be that of the near limb.
GUESSED_SCORE: Final = 0.15

#: Joints that are outside a frame cropped at the knees or at the head.
CROPS: Final = {"knees": ("knee", "ankle"), "head": ("nose", "eye", "ear")}

_SWAPPED: Final = [
    KEYPOINTS.index(name.replace("left", "LEFT").replace("right", "left").replace("LEFT", "right"))
    for name in KEYPOINTS
]


def mirrored(frames: Sequence[PoseFrame]) -> Frames:
    """Flip the recording horizontally, and swap left and right keypoints accordingly."""
    width = max((float(f.pose.xy[:, 0].max()) for f in frames if f.pose), default=0.0)

    def flip(pose: Pose) -> Pose:
        xy = pose.xy[_SWAPPED].copy()
        xy[:, 0] = width - xy[:, 0]
        return replace(pose, xy=xy, score=pose.score[_SWAPPED])

    return _map_poses(frames, flip)


def at_rate(frames: Sequence[PoseFrame], fps: float) -> Frames:
    """Resample a recording to at most `fps` frames per second."""
    resampled: Frames = []
    due = -math.inf
    for frame in frames:
        if frame.time >= due - 0.001:
            resampled.append(frame)
            late = frame.time - due > 1 / fps  # after a gap, or at the start
            due = (frame.time if late else due) + 1 / fps
    return resampled


def faster(frames: Sequence[PoseFrame], factor: float) -> Frames:
    """Speed up a recording by a factor, as filmed by a camera of 30 frames per second."""
    sped_up = [replace(frame, time=frame.time / factor) for frame in frames]
    return at_rate(sped_up, CAMERA_FPS)


def noisy(frames: Sequence[PoseFrame], part: float) -> Frames:
    """Add reproducible Gaussian noise to the keypoints.

    Args:
        frames: the recording.
        part: standard deviation relative to the height of the body, 0..1.
    """
    rng = np.random.default_rng(1)

    def add_noise(pose: Pose) -> Pose:
        height = float(np.ptp(pose.xy[:, 1]))
        error = rng.normal(0.0, part * height, pose.xy.shape).astype(np.float32)
        return replace(pose, xy=pose.xy + error)

    return _map_poses(frames, add_noise)


def far_limb_guessed(frames: Sequence[PoseFrame]) -> Frames:
    """Move the less visible side of the body onto the other, as engines do with occluded limbs."""

    def guess(pose: Pose) -> Pose:
        xy, score = pose.xy.copy(), pose.score.copy()
        left, right = zip(*SIDES.values(), strict=True)
        far, near = (left, right)
        if score[list(left)].mean() > score[list(right)].mean():
            far, near = near, far
        xy[list(far)], score[list(far)] = xy[list(near)], GUESSED_SCORE
        return replace(pose, xy=xy, score=score)

    return _map_poses(frames, guess)


def cropped(frames: Sequence[PoseFrame], at: str) -> Frames:
    """Hide the joints that are outside a cropped frame.

    Args:
        frames: the recording.
        at: "knees" or "head", a key of CROPS.
    """
    hidden = [i for i, name in enumerate(KEYPOINTS) if name.endswith(CROPS[at])]

    def crop(pose: Pose) -> Pose:
        score = pose.score.copy()
        score[hidden] = 0.0
        return replace(pose, score=score)

    return _map_poses(frames, crop)


#: Factors by which recordings are played faster.
SPEEDS: Final = {f"{factor:g}x": factor for factor in (1.25, 1.5, 2.0)}

#: The joints that each crop hides, by name of the perturbation.
HIDDEN: Final = {f"cropped at the {at}": joints for at, joints in CROPS.items()}

#: The perturbations by name.
PERTURBATIONS: Final[dict[str, Callable[[Sequence[PoseFrame]], Frames]]] = {
    "as recorded": list,
    "mirrored": mirrored,
    **{f"{fps} fps": partial(at_rate, fps=fps) for fps in (8, 10, 15, 30, 60)},
    **{name: partial(faster, factor=factor) for name, factor in SPEEDS.items()},
    **{f"{p:.0%} noise": partial(noisy, part=p) for p in (0.01, 0.02)},
    "far limb guessed": far_limb_guessed,
    **{f"cropped at the {at}": partial(cropped, at=at) for at in CROPS},
}


def must_not_matter(perturbation: str, workout: Workout) -> bool:
    """Return whether a perturbation leaves the true count of a workout as it is.

    A hold that is played faster lasts fewer seconds. Without the joints that a crop hides, only
    workouts that do not need them can be counted.

    Args:
        perturbation: a key of PERTURBATIONS.
        workout: the workout.
    """
    if perturbation in SPEEDS:
        return not workout.hold
    needed = {joint for m in workout.measures if m.needed for joint in m.joints}
    return not needed.intersection(HIDDEN.get(perturbation, ()))


def _map_poses(frames: Sequence[PoseFrame], change: Callable[[Pose], Pose]) -> Frames:
    return [replace(f, pose=change(f.pose)) if f.pose else f for f in frames]
