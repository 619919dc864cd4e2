"""Draws the overlay and encodes the pictures that are being watched, in a background thread."""

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
    """A frame to render.

    Attributes:
        frame: the camera frame.
        pose: the pose to draw over it; None for none.
        joints: joints that the workout uses.
        sizes: picture sizes to encode, of `hiitpi.live.keys.PICTURE_SIZES`.
    """

    frame: Frame
    pose: Pose | None
    joints: frozenset[str]
    sizes: frozenset[str]


class FrameRenderer:
    """Renders the newest job in a background thread while the pipeline processes the next frame.

    A job that is submitted while another one is queued replaces it.

    Args:
        settings: widths and JPEG qualities.
        publisher: publishes the pictures.
    """

    def __init__(self, settings: Settings, publisher: Publisher) -> None:
        self._settings, self._publisher = settings, publisher
        self._changed = threading.Condition()
        self._job: RenderJob | None = None
        self._closed = False
        self.loop = BackgroundLoop("renderer", self._turn)

    def submit(self, job: RenderJob) -> None:
        """Queue a job, replacing any queued one."""
        with self._changed:
            self._job = job
            self._changed.notify()
        self.loop.start()

    def close(self) -> None:
        """Drop a queued job and stop the thread."""
        with self._changed:
            self._closed, self._job = True, None
            self._changed.notify()
        self.loop.stop(timeout_s=2)

    def _turn(self) -> bool:
        """Render the queued job, if any; return False once closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._job or self._closed, IDLE_S)
            job, self._job = self._job, None
        if job:
            self._render(job)
        return not self._closed

    def _render(self, job: RenderJob) -> None:
        settings, frame = self._settings, job.frame
        picture = draw(frame.image, job.pose, job.joints, settings.mirror)
        formats = (
            ("frame", settings.video_width, settings.jpeg_quality),
            ("small", settings.small_width, settings.small_quality),
        )
        for size, width, quality in formats:
            if size in job.sizes:
                data = jpeg(shrunk_to(picture, width), quality)
                self._publisher.publish_picture(size, frame.seq, time.monotonic(), data)


def shrunk_to(image: Image, width: int) -> Image:
    """Shrink an image to a width, keeping its aspect ratio; never enlarge it.

    Args:
        image: uint8 (H, W, 3).
        width: target width in pixels; 0 keeps the size.

    Returns:
        uint8 (h, w, 3); the same image if no scaling is needed.
    """
    height, full_width, _ = image.shape
    if not 0 < width < full_width:
        return image
    size = width, round(height * width / full_width)
    result: Image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return result
