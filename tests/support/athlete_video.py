"""Videos of the synthetic athlete, like those that a user films."""

from collections.abc import Iterable
from pathlib import Path

import cv2

from hiitpi.camera.synthetic.animations import ANIMATIONS
from hiitpi.camera.synthetic.renderer import BodyRenderer


def record_video(path: Path, phases: Iterable[float], fps: int) -> None:
    """Record jumping jacks as Motion JPEG.

    Args:
        path: the file to write.
        phases: phase of the jumping jack in each frame, 0..1.
        fps: frames per second.
    """
    renderer, pose = BodyRenderer((640, 480)), ANIMATIONS["jumping_jacks"].pose
    drawn: dict[float, object] = {}
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), fps, (640, 480))
    for phase in phases:
        if phase not in drawn:
            drawn[phase] = renderer(pose(phase, 1, 1))[..., ::-1]
        writer.write(drawn[phase])
    writer.release()
