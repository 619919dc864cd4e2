"""The synthetic camera: films the synthetic athlete, on machines without a camera and in tests.

It behaves like any other camera, and pose models detect a person in its frames. When a workout
begins, the athlete starts it from standing. Its frames carry the ground truth: the number of
repetitions it has completed.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

import numpy as np

from hiitpi.camera.base import Camera, Clock, Frame, Image
from hiitpi.camera.synthetic.animations import ANIMATIONS
from hiitpi.camera.synthetic.frame_cache import IDLE_FRAMES, FrameCache, shared_frame_cache
from hiitpi.camera.synthetic.renderer import RenderedFrame
from hiitpi.camera.synthetic.schedule import RepSchedule
from hiitpi.settings import AthleteForm, Settings

log = logging.getLogger(__name__)

#: Seconds per sway of the athlete while it stands at ease.
SWAY_PERIOD_S: Final = 4.0

#: Seconds after which an athlete that stands too close steps back.
STEPS_BACK_AFTER_S: Final = 8.0

#: Seconds in which a passer-by crosses the frame, and seconds until the next one.
PASSER_BY_CROSSING_S: Final = 5.0
PASSER_BY_PAUSE_S: Final = 3.0


class AthleteCamera(Camera):
    """Films the synthetic athlete; a frame is produced when it is due and a reader waits for it.

    Args:
        size: width and height of the frames, pixels.
        rate: frames per second.
        pace: repetitions per minute; 0 for each workout's own pace.
        form: how well the athlete trains.
        clock: returns monotonic seconds.
        sleep: waits for a number of seconds of that clock.
    """

    title = "synthetic athlete"
    synthetic = True

    def __init__(
        self,
        size: tuple[int, int] = (640, 480),
        rate: float = 30.0,
        pace: float = 0.0,
        form: AthleteForm = "good",
        clock: Clock = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(clock)
        self._sleep = sleep
        self._size, self._rate, self._pace = size, rate, pace
        self._form: AthleteForm = form
        self._cache: FrameCache | None = None
        self._lock = threading.Lock()
        self._slug: str | None = None
        self._performing = False
        self._cued_at = 0.0
        self._schedule: RepSchedule | None = None
        self._performing_since = 0.0

    def read(self, after: int, timeout: float) -> Frame | None:
        """Wait for a frame that is newer than the last one read; see `Camera.read`."""
        deadline = self._clock() + timeout
        while (seq := 1 + int((self._clock() - self._started) * self._rate)) <= after:
            due = self._started + after / self._rate
            remaining = min(due, deadline) - self._clock()
            if remaining <= 0 and due > deadline:
                return None
            self._sleep(max(remaining, 0.0005))
        image, truth = self._grab()
        return Frame(image, seq, self._clock(), truth)

    def perform(self, workout: str | None) -> None:
        """Start a workout from standing, as soon as its frames are rendered.

        Args:
            workout: slug of the workout; None to stand at ease.
        """
        self._cue(workout, performing=True)

    def prepare(self, workout: str) -> None:
        """Take the starting position of a workout, as soon as its frames are rendered."""
        self._cue(workout, performing=False)

    def _cue(self, workout: str | None, performing: bool) -> None:
        has_animation = workout in ANIMATIONS
        if workout and not has_animation:
            log.warning("The synthetic athlete cannot do %r and stands at ease.", workout)
        with self._lock:
            self._schedule, self._performing = None, performing
            self._slug = workout if has_animation else None
            self._cued_at = self._clock()
            if self._slug and self._cache:
                self._cache.request(self._slug)

    def _open(self) -> None:
        self._cache = shared_frame_cache(self._size, self._form)

    def _grab(self) -> tuple[Image, int | None]:
        assert self._cache is not None
        now = self._clock()
        with self._lock:
            rendered, away, truth = self._current_frame(self._cache, now)
        image = rendered.image if away == 0 else self._shift(self._cache, rendered, away)
        if self._cache.passer_by:
            image = self._add_passer_by(self._cache, image, rendered, now)
        return image, truth

    def _current_frame(self, cache: FrameCache, now: float) -> tuple[RenderedFrame, float, int]:
        """Return the frame at this time.

        Returns:
            The frame; how far the athlete has left it, 0..1; and the repetitions completed.
        """
        if (
            cache.close_up
            and self._slug
            and not self._performing
            and now - self._cued_at < STEPS_BACK_AFTER_S
        ):
            return cache.close_up, 0.0, 0
        frames = cache.frames(self._slug) if self._slug else None
        if self._slug and frames:
            animation = ANIMATIONS[self._slug]
            if not self._performing:
                return frames[0], 0.0, 0
            if self._schedule is None:
                self._schedule = RepSchedule(animation, self._pace, self._form)
                self._performing_since = now
            moment = self._schedule.at(now - self._performing_since)
            phase = 1 - abs(1 - 2 * moment.phase) if animation.symmetric else moment.phase
            return frames[round(phase * (len(frames) - 1))], moment.away, self._schedule.done
        return cache.idle_frames[int(now / SWAY_PERIOD_S * IDLE_FRAMES) % IDLE_FRAMES], 0.0, 0

    def _shift(self, cache: FrameCache, rendered: RenderedFrame, away: float) -> Image:
        """Move the athlete aside: by nothing (0) until out of the frame (1)."""
        return cache.renderer.shifted(rendered, round(away * 0.8 * self._size[0]))

    def _add_passer_by(
        self, cache: FrameCache, image: Image, rendered: RenderedFrame, now: float
    ) -> Image:
        """Add a person who walks from left to right behind the athlete."""
        assert cache.passer_by is not None
        phase = now % (PASSER_BY_CROSSING_S + PASSER_BY_PAUSE_S) / PASSER_BY_CROSSING_S
        if phase > 1:
            return image
        offset = round((phase - 0.5) * 1.4 * self._size[0])
        assert rendered.mask is not None
        background = np.where(rendered.mask[..., None] > 127, 0, 255).astype(np.uint8)
        return cache.renderer.composite(image, cache.passer_by, offset, background)

    def _release(self) -> None:
        if self._cache:
            self._cache.cancel()


def open_camera(name: str, settings: Settings, clock: Clock = time.monotonic) -> Camera:
    """Create the camera; see `hiitpi.camera.factory`."""
    size = settings.camera_width, settings.camera_height
    pace, form = settings.athlete_pace, settings.athlete_form
    return AthleteCamera(size, settings.camera_fps, pace, form, clock)
