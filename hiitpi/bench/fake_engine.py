"""A pose engine without faults, as fast as one likes: it knows the joints as they are drawn."""

import math
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hiitpi.camera.synthetic.animations import ANIMATIONS
from hiitpi.camera.synthetic.scene import Lens
from hiitpi.camera.synthetic.schedule import RepSchedule
from hiitpi.camera.synthetic.skeleton import Skeleton, Vector, vector
from hiitpi.pose.interpreter import Interpreter
from hiitpi.pose.keypoints import Pose

#: Degrees by which the athlete is turned, and metres of the camera over the floor.
View = tuple[float, float]
AS_DRAWN: View = (0.0, 1.05)

#: Poses of a round trip that are told apart.
FINE = 60


def pose_of(body: Skeleton, view: View = AS_DRAWN) -> Pose:
    """The seventeen keypoints of a body, all of them seen, in a picture of 640x480."""
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


class IdealEngine:
    """Sees somebody who does jumping jacks for ever, whatever the picture shows.

    Args:
        seconds: that an inference takes; they are slept, as the wait for an accelerator is.
        pace: jumping jacks a minute; 0: the movement's own.
        clock: monotonic seconds.
    """

    name = "ideal"
    main_model: Interpreter

    def __init__(
        self, seconds: float, pace: float = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds, self._clock = seconds, clock
        movement = ANIMATIONS["jumping_jacks"]
        self._film = [pose_of(movement.pose(i / FINE, 1.0, 1.0)) for i in range(FINE + 1)]
        self._routine, self._began = RepSchedule(movement, pace), clock()

    def infer(self, image: NDArray[np.uint8], time_s: float) -> Pose | None:
        """The pose of the moment."""
        time.sleep(self._seconds)
        moment = self._routine.at(self._clock() - self._began)
        return self._film[round(moment.phase * FINE)]

    def reset(self) -> None:
        """It remembers nothing."""
