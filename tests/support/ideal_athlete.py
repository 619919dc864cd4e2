"""Perfect poses of the synthetic athlete, taken from its skeleton, and ways to distort them."""

import itertools
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np

from hiitpi.bench.fake_engine import DEFAULT_VIEW, POSES_PER_REP, View, pose_of
from hiitpi.camera.synthetic.animations import ANIMATIONS
from hiitpi.camera.synthetic.schedule import RepSchedule
from hiitpi.coach.coach import Coach, FrameResult
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.pose.keypoints import SIDES, Pose
from hiitpi.settings import AthleteForm

LIBRARY = WorkoutLibrary()

Change = Callable[[Pose, int], Pose | None]


@cache
def _rep_poses(slug: str, form: AthleteForm, view: View) -> list[Pose]:
    """Return the poses of one repetition."""
    animation = ANIMATIONS[slug]
    left, right = RepSchedule(animation, form=form).effort
    return [
        pose_of(animation.pose(i / POSES_PER_REP, left, right), view)
        for i in range(POSES_PER_REP + 1)
    ]


def performance(
    slug: str,
    seconds: float,
    fps: float = 30,
    form: AthleteForm = "good",
    pace: float = 0,
    view: View = DEFAULT_VIEW,
) -> Iterator[tuple[float, Pose, int]]:
    """Yield time in seconds, pose, and repetitions performed so far, for each frame of a workout.

    Continues a little beyond `seconds`, until it is unambiguous whether the last repetition counts.

    Args:
        slug: the workout.
        seconds: duration.
        fps: frames per second.
        form: how well the athlete performs.
        pace: repetitions per minute; 0 for the animation's own pace.
        view: the athlete's rotation in degrees, and the camera's height in metres.
    """
    schedule = RepSchedule(ANIMATIONS[slug], pace, form)
    poses = _rep_poses(slug, form, view)
    for i in itertools.count():
        moment = schedule.at(i / fps)
        if i > seconds * fps and 0.2 < schedule.progress % 1 < 0.4:
            return
        yield i / fps, poses[round(moment.phase * POSES_PER_REP)], schedule.done


def judged(
    slug: str,
    seconds: float,
    fps: float = 30,
    *,
    change: Change = lambda pose, frame: pose,
    workout: str | None = None,
    listen: Callable[[Coach, FrameResult], None] = lambda coach, result: None,
    **options: Any,
) -> tuple[Coach, int]:
    """Let a coach watch a `performance`.

    Args:
        slug: the workout that is performed.
        seconds: duration.
        fps: frames per second.
        change: distorts a pose, given the frame number; None means that nobody is detected.
        workout: the workout that the coach judges; by default the one that is performed.
        listen: called with the result of each frame.
        options: further arguments of `performance`.

    Returns:
        The coach, and the number of repetitions actually performed.
    """
    coach, truth = Coach(LIBRARY[workout or slug], 0.0), 0
    for frame, (time, pose, truth) in enumerate(performance(slug, seconds, fps, **options)):  # noqa: B007
        listen(coach, coach.update(change(pose, frame), time))
    return coach, truth


def mirrored(pose: Pose) -> Pose:
    """Return the pose in the horizontally flipped image, with left and right names exchanged."""
    order = np.arange(17)
    for left, right in SIDES.values():
        order[[left, right]] = right, left
    xy = pose.xy[order] * np.array([-1, 1], np.float32) + np.array([640, 0], np.float32)
    return Pose(xy.astype(np.float32), pose.score[order], pose.confidence)


def swapped(pose: Pose, *joints: str) -> Pose:
    """Return the pose with left and right confused at some joints, as engines do at times."""
    order = np.arange(17)
    for joint in joints:
        left, right = SIDES[joint]
        order[[left, right]] = right, left
    return Pose(pose.xy[order], pose.score[order], pose.confidence)


def hidden(pose: Pose, *names: str) -> Pose:
    """Return the pose with some joints invisible."""
    score = pose.score.copy()
    for name in names:
        for side in SIDES.get(name, (0,)):
            score[side] = 0.001
    return Pose(pose.xy, score, pose.confidence)
