"""What an engine without faults would see of the synthetic athlete: its joints as drawn."""

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
def _film(slug: str, form: AthleteForm, view: View) -> list[Pose]:
    movement = ANIMATIONS[slug]
    left, right = RepSchedule(movement, form=form).effort
    return [
        pose_of(movement.pose(i / POSES_PER_REP, left, right), view)
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
    """Time, pose, and the repetitions really done, of an athlete at a workout.

    It goes on a little longer than told, to a moment at which there is no doubt about the last one.
    """
    routine = RepSchedule(ANIMATIONS[slug], pace, form)
    film = _film(slug, form, view)
    for i in itertools.count():
        moment = routine.at(i / fps)
        if i > seconds * fps and 0.2 < routine.progress % 1 < 0.4:
            return
        yield i / fps, film[round(moment.phase * POSES_PER_REP)], routine.done


def judged(
    slug: str,
    seconds: float,
    fps: float = 30,
    *,
    change: Change = lambda pose, frame: pose,
    workout: str | None = None,
    listen: Callable[[Coach, FrameResult], None] = lambda coach, told: None,
    **how: Any,
) -> tuple[Coach, int]:
    """The coach after a `performance` whose poses went through `change`, and the truth."""
    coach, truth = Coach(LIBRARY[workout or slug], 0.0), 0
    for frame, (time, pose, truth) in enumerate(performance(slug, seconds, fps, **how)):  # noqa: B007
        listen(coach, coach.update(change(pose, frame), time))
    return coach, truth


def mirrored(pose: Pose) -> Pose:
    """The picture flipped: left is right, and named so."""
    order = np.arange(17)
    for left, right in SIDES.values():
        order[[left, right]] = right, left
    xy = pose.xy[order] * np.array([-1, 1], np.float32) + np.array([640, 0], np.float32)
    return Pose(xy.astype(np.float32), pose.score[order], pose.confidence)


def swapped(pose: Pose, *joints: str) -> Pose:
    """Left and right confused at some joints, as engines do for a frame."""
    order = np.arange(17)
    for joint in joints:
        left, right = SIDES[joint]
        order[[left, right]] = right, left
    return Pose(pose.xy[order], pose.score[order], pose.confidence)


def hidden(pose: Pose, *names: str) -> Pose:
    """Joints out of the picture."""
    score = pose.score.copy()
    for name in names:
        for side in SIDES.get(name, (0,)):
            score[side] = 0.001
    return Pose(pose.xy, score, pose.confidence)
