"""Renders and caches the frames of the synthetic athlete's animations, in the background."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from typing import Final

import numpy as np

from hiitpi.camera.synthetic.animations import ANIMATIONS, at_ease
from hiitpi.camera.synthetic.renderer import BodyRenderer, RenderedFrame
from hiitpi.camera.synthetic.schedule import RepSchedule
from hiitpi.camera.synthetic.skeleton import Skeleton
from hiitpi.settings import AthleteForm
from hiitpi.system.host import malloc_trim, set_mmap_threshold

#: Frames of a symmetric animation, of which half a cycle suffices, and of any other. Rendering a
#: frame takes about 0.1 s, so each is rendered only once.
HALF_CYCLE_FRAMES: Final = 22
FULL_CYCLE_FRAMES: Final = 36

#: Frames of standing at ease.
IDLE_FRAMES: Final = 6

#: Cached animations: those of the current workout and of the next.
MAX_ANIMATIONS: Final = 2

#: How much closer to the camera an athlete stands that is too close, metres.
CLOSE_UP_M: Final = 1.3


class FrameCache:
    """Renders the frames of an athlete of one form, in one size, and caches them.

    Args:
        size: width and height of the frames, pixels.
        form: how well the athlete trains.

    Attributes:
        renderer: the renderer.
        idle_frames: a cycle of standing at ease.
        close_up: standing too close; None for other forms.
        passer_by: a second person behind the athlete; None for other forms.
        animations: the frames by slug of the workout, oldest first.
    """

    def __init__(self, size: tuple[int, int], form: AthleteForm) -> None:
        set_mmap_threshold()  # rendering a frame takes fifty times its size in memory
        self._form, self._stop = form, threading.Event()
        self.renderer = BodyRenderer(size)
        # Only these forms need the body mask, because they move the body in the frame.
        self._keep_masks = form in ("leaving", "passer_by")
        self.idle_frames = self._render([at_ease(i / IDLE_FRAMES) for i in range(IDLE_FRAMES)])
        self.close_up = (
            self.renderer.render(at_ease(0.5, behind=-CLOSE_UP_M)) if form == "close" else None
        )
        self.passer_by = (
            self.renderer.render(at_ease(0.5, behind=1.0)) if form == "passer_by" else None
        )
        self.animations: dict[str, Future[list[RenderedFrame]]] = {}
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="renderer")

    def request(self, workout: str) -> None:
        """Render the animation of a workout in the background, unless it is cached."""
        self._stop.clear()
        if workout not in self.animations:
            self.animations[workout] = self._executor.submit(self._render_animation, workout)
            for evicted in list(self.animations)[:-MAX_ANIMATIONS]:
                self.animations.pop(evicted).cancel()

    def frames(self, workout: str) -> list[RenderedFrame] | None:
        """Return the frames of a workout's animation; None if they are not rendered yet."""
        future = self.animations.get(workout)
        return future.result() if future and future.done() and not future.cancelled() else None

    def cancel(self) -> None:
        """Stop rendering; discard unfinished animations."""
        self._stop.set()
        for workout, future in list(self.animations.items()):
            if not future.done():
                future.cancel()
                del self.animations[workout]

    def _render_animation(self, workout: str) -> list[RenderedFrame]:
        animation = ANIMATIONS[workout]
        left, right = RepSchedule(animation, form=self._form).effort
        last = (HALF_CYCLE_FRAMES if animation.symmetric else FULL_CYCLE_FRAMES) - 1
        cycle = last * (2 if animation.symmetric else 1)
        return self._render([animation.pose(i / cycle, left, right) for i in range(last + 1)])

    def _render(self, bodies: list[Skeleton]) -> list[RenderedFrame]:
        """Render a frame of each body into one block of memory; stop early if cancelled."""
        width, height = self.renderer.size
        images = np.empty((len(bodies), height, width, 3), np.uint8)
        frames = []
        for image, body in zip(images, bodies, strict=True):
            if self._stop.is_set():
                break
            rendered = self.renderer.render(body)
            image[:] = rendered.image
            frames.append(RenderedFrame(image, rendered.mask if self._keep_masks else None))
        malloc_trim()
        return frames


@lru_cache(maxsize=1)
def shared_frame_cache(size: tuple[int, int], form: AthleteForm) -> FrameCache:
    """Return the cache for a size and form; a reopened camera gets the same one.

    Args:
        size: width and height of the frames, pixels.
        form: how well the athlete trains.
    """
    return FrameCache(size, form)
