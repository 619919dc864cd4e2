"""The synthetic athlete: a camera for machines that have none, and for tests that want the truth.

It behaves like any camera, and pose models see a person in its pictures. When a workout begins, it
starts that workout from standing; its frames carry the number of repetitions it has really done.
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

#: Seconds for one sway of somebody who stands at ease.
SWAY_PERIOD_S: Final = 4.0

#: Who stands too close steps back after so many seconds.
STEPS_BACK_AFTER_S: Final = 6.0

#: Seconds in which a passer-by crosses the picture, and until the next one.
PASSER_BY_CROSSING_S: Final = 5.0
PASSER_BY_PAUSE_S: Final = 3.0


class AthleteCamera(Camera):
    """Films the synthetic athlete: a picture is taken when it is due and somebody asks for it.

    Args:
        size: width and height of the picture, pixels.
        rate: pictures a second.
        pace: repetitions a minute; 0: each workout's own.
        form: how well the athlete trains.
        clock: monotonic seconds.
        sleep: waits for so many of them.
    """

    title = "synthetic athlete"
    drawn = True

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
        self._atelier: FrameCache | None = None
        self._lock = threading.Lock()
        self._slug: str | None = None
        self._performs = False
        self._told = 0.0
        self._routine: RepSchedule | None = None
        self._began = 0.0

    def read(self, after: int, timeout: float) -> Frame | None:
        """The newest frame, once its `seq` is greater than `after`; see `Camera.read`."""
        give_up = self._clock() + timeout
        while (seq := 1 + int((self._clock() - self._started) * self._rate)) <= after:
            due = self._started + after / self._rate
            left = min(due, give_up) - self._clock()
            if left <= 0 and due > give_up:
                return None
            self._sleep(max(left, 0.0005))
        image, truth = self._grab()
        return Frame(image, seq, self._clock(), truth)

    def perform(self, workout: str | None) -> None:
        """Begin a workout from standing, once its pictures are painted; None: stand at ease."""
        self._be_told(workout, performs=True)

    def prepare(self, workout: str) -> None:
        """Take the starting position of a workout, once its pictures are painted."""
        self._be_told(workout, performs=False)

    def _be_told(self, workout: str | None, performs: bool) -> None:
        known = workout in ANIMATIONS
        if workout and not known:
            log.warning("The synthetic athlete does not know %r and stands at ease.", workout)
        with self._lock:
            self._routine, self._performs = None, performs
            self._slug = workout if known else None
            self._told = self._clock()
            if self._slug and self._atelier:
                self._atelier.order(self._slug)

    def _open(self) -> None:
        self._atelier = shared_frame_cache(self._size, self._form)

    def _grab(self) -> tuple[Image, int | None]:
        assert self._atelier is not None
        now = self._clock()
        with self._lock:
            shot, away, truth = self._scene(self._atelier, now)
        image = shot.image if away == 0 else self._slid(self._atelier, shot, away)
        if self._atelier.passer:
            image = self._joined(self._atelier, image, shot, now)
        return image, truth

    def _scene(self, pictures: FrameCache, now: float) -> tuple[RenderedFrame, float, int]:
        """The picture of the moment, how far the athlete has walked out of it, and the truth."""
        if (
            pictures.near
            and self._slug
            and not self._performs
            and now - self._told < STEPS_BACK_AFTER_S
        ):
            return pictures.near, 0.0, 0
        film = pictures.film(self._slug) if self._slug else None
        if self._slug and film:
            movement = ANIMATIONS[self._slug]
            if not self._performs:
                return film[0], 0.0, 0
            if self._routine is None:
                self._routine, self._began = RepSchedule(movement, self._pace, self._form), now
            moment = self._routine.at(now - self._began)
            phase = 1 - abs(1 - 2 * moment.phase) if movement.returns else moment.phase
            return film[round(phase * (len(film) - 1))], moment.away, self._routine.done
        return pictures.ease[int(now / SWAY_PERIOD_S * IDLE_FRAMES) % IDLE_FRAMES], 0.0, 0

    def _slid(self, pictures: FrameCache, shot: RenderedFrame, away: float) -> Image:
        """The athlete has walked aside: 1 is out of the picture."""
        return pictures.painter.place(shot, round(away * 0.8 * self._size[0]))

    def _joined(self, pictures: FrameCache, image: Image, shot: RenderedFrame, now: float) -> Image:
        """Somebody walks from left to right, behind the athlete."""
        assert pictures.passer is not None
        phase = now % (PASSER_BY_CROSSING_S + PASSER_BY_PAUSE_S) / PASSER_BY_CROSSING_S
        if phase > 1:
            return image
        offset = round((phase - 0.5) * 1.4 * self._size[0])
        assert shot.cover is not None
        free = np.where(shot.cover[..., None] > 127, 0, 255).astype(np.uint8)
        return pictures.painter.lay(image, pictures.passer, offset, free)

    def _release(self) -> None:
        if self._atelier:
            self._atelier.rest()


def open_camera(name: str, settings: Settings, clock: Clock = time.monotonic) -> Camera:
    """The camera of the settings; see `hiitpi.camera.factory`."""
    size = settings.camera_width, settings.camera_height
    pace, form = settings.athlete_pace, settings.athlete_form
    return AthleteCamera(size, settings.camera_fps, pace, form, clock)
