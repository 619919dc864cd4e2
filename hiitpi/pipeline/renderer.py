"""Draws and encodes what somebody watches, beside the loop that judges."""

import threading
import time
from dataclasses import dataclass

import cv2

from hiitpi.camera.base import Frame, Image
from hiitpi.live.publisher import Publisher
from hiitpi.pose.keypoints import Pose
from hiitpi.settings import Settings
from hiitpi.system.background_loop import IDLE_S, BackgroundLoop
from hiitpi.video.encoder import jpeg
from hiitpi.video.overlay import draw


@dataclass(frozen=True, slots=True)
class RenderJob:
    """A frame to be shown, with what was seen in it, in the sizes that are wanted."""

    frame: Frame
    pose: Pose | None
    joints: frozenset[str]
    sizes: frozenset[str]


class FrameRenderer:
    """Takes the newest scene, on a thread of its own: while one frame is shown, the next is judged.

    A scene that comes while another one waits takes its place.

    Args:
        settings: sizes and qualities.
        bus: where pictures go.
    """

    def __init__(self, settings: Settings, bus: Publisher) -> None:
        self._settings, self._bus = settings, bus
        self._due = threading.Condition()
        self._scene: RenderJob | None = None
        self._closed = False
        self.loop = BackgroundLoop("studio", self._turn)

    def submit(self, scene: RenderJob) -> None:
        """Show this next."""
        with self._due:
            self._scene = scene
            self._due.notify()
        self.loop.start()

    def close(self) -> None:
        """Show nothing more."""
        with self._due:
            self._closed, self._scene = True, None
            self._due.notify()
        self.loop.stop(timeout_s=2)

    def _turn(self) -> bool:
        with self._due:
            self._due.wait_for(lambda: self._scene or self._closed, IDLE_S)
            scene, self._scene = self._scene, None
        if scene:
            self._show(scene)
        return not self._closed

    def _show(self, scene: RenderJob) -> None:
        settings, frame = self._settings, scene.frame
        picture = draw(frame.image, scene.pose, scene.joints, settings.mirror)
        wanted = (
            ("frame", settings.video_width, settings.jpeg_quality),
            ("small", settings.small_width, settings.small_quality),
        )
        for size, width, quality in wanted:
            if size in scene.sizes:
                data = jpeg(scaled(picture, width), quality)
                self._bus.picture(size, frame.seq, time.monotonic(), data)


def scaled(image: Image, width: int) -> Image:
    """The picture at that width in pixels, never larger than it is; 0: as it is."""
    height, full, _ = image.shape
    if not 0 < width < full:
        return image
    size = width, round(height * width / full)
    result: Image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return result
