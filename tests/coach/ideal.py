"""What an engine without faults would see of the drawn athlete: its joints as they are drawn."""

import itertools
import math
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np

from hiitpi.camera.drawn.body import Body, Vector, vector
from hiitpi.camera.drawn.movements import MOVEMENTS
from hiitpi.camera.drawn.room import Lens
from hiitpi.camera.drawn.routine import Routine
from hiitpi.coach.coach import Coach, Told
from hiitpi.coach.library import Library
from hiitpi.pose.keypoints import SIDES, Pose
from hiitpi.settings import AthleteForm

#: Degrees by which the athlete is turned, and metres of the camera over the floor.
View = tuple[float, float]
AS_DRAWN: View = (0.0, 1.05)
LIBRARY = Library()

#: Pictures of a round trip that are told apart.
FINE = 60

Change = Callable[[Pose, int], Pose | None]


def pose_of(body: Body, view: View = AS_DRAWN) -> Pose:
    """The seventeen keypoints of a body, all of them seen."""
    turn, height = view
    lens = Lens((640, 480), height=height)
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))

    def seen(p: Vector) -> tuple[float, float]:
        return lens(vector(p[0] * cos + p[2] * sin, p[1], p[2] * cos - p[0] * sin))[:2]

    face = body.head + body.face * 0.1
    aside = body.left * 0.04
    pairs = [
        (face + aside + body.crown * 0.03, face - aside + body.crown * 0.03),
        (body.head + body.left * 0.08, body.head - body.left * 0.08),
        body.shoulders,
        body.elbows,
        body.wrists,
        body.hips,
        body.knees,
        body.ankles,
    ]
    points = [face, *(point for pair in pairs for point in pair)]
    xy = np.array([seen(point) for point in points], np.float32)
    return Pose(xy, np.full(17, 0.9, np.float32), 0.9)


@cache
def _film(slug: str, form: AthleteForm, view: View) -> list[Pose]:
    movement = MOVEMENTS[slug]
    left, right = Routine(movement, form=form).effort
    return [pose_of(movement.pose(i / FINE, left, right), view) for i in range(FINE + 1)]


def performance(
    slug: str,
    seconds: float,
    fps: float = 30,
    form: AthleteForm = "good",
    pace: float = 0,
    view: View = AS_DRAWN,
) -> Iterator[tuple[float, Pose, int]]:
    """Time, pose, and the repetitions really done, of an athlete at a workout.

    It goes on a little longer than told, to a moment at which there is no doubt about the last one.
    """
    routine = Routine(MOVEMENTS[slug], pace, form)
    film = _film(slug, form, view)
    for i in itertools.count():
        moment = routine.at(i / fps)
        if i > seconds * fps and 0.2 < routine.progress % 1 < 0.4:
            return
        yield i / fps, film[round(moment.phase * FINE)], routine.done


def judged(
    slug: str,
    seconds: float,
    fps: float = 30,
    *,
    change: Change = lambda pose, frame: pose,
    workout: str | None = None,
    listen: Callable[[Coach, Told], None] = lambda coach, told: None,
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
