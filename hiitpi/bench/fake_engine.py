"""A fake pose engine with perfect results and configurable speed, for benchmarks and tests.

It takes the joints from the synthetic athlete's skeleton instead of the image.
"""

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

#: Rotation of the athlete in degrees, and height of the camera in metres.
View = tuple[float, float]

#: The synthetic camera's own view.
DEFAULT_VIEW: View = (0.0, 1.05)

#: Resolution of the precomputed poses of one repetition.
POSES_PER_REP = 60


def pose_of(body: Skeleton, view: View = DEFAULT_VIEW) -> Pose:
    """Project a skeleton to the 17 keypoints of a 640x480 image, all of them visible.

    Args:
        body: the skeleton.
        view: the athlete's rotation in degrees, and the camera's height in metres.
    """
    turn, height = view
    lens = Lens((640, 480), height=height)
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))

    def project(p: Vector) -> tuple[float, float]:
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
    xy = np.array([project(point) for point in points], np.float32)
    return Pose(xy, np.full(17, 0.9, np.float32), 0.9)


class IdealEngine:
    """Returns the poses of endless jumping jacks, whatever the image shows.

    Args:
        seconds: duration of an inference; it sleeps, like waiting for an accelerator.
        pace: jumping jacks per minute; 0 for the animation's own pace.
        clock: monotonic seconds.
    """

    name = "ideal"
    main_model: Interpreter

    def __init__(
        self, seconds: float, pace: float = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds, self._clock = seconds, clock
        animation = ANIMATIONS["jumping_jacks"]
        steps = range(POSES_PER_REP + 1)
        self._poses = [pose_of(animation.pose(i / POSES_PER_REP, 1.0, 1.0)) for i in steps]
        self._schedule, self._began = RepSchedule(animation, pace), clock()

    def infer(self, image: NDArray[np.uint8], time_s: float) -> Pose | None:
        """Return the athlete's current pose by the clock.

        Args:
            image: ignored.
            time_s: ignored.
        """
        time.sleep(self._seconds)
        moment = self._schedule.at(self._clock() - self._began)
        return self._poses[round(moment.phase * POSES_PER_REP)]

    def reset(self) -> None:
        """Do nothing: the engine has no state."""
