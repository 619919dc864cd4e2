"""Renders the synthetic athlete: one animation for each workout, kept while it may be wanted."""

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

#: Pictures of a movement that goes back the way it came, and of a round trip. Painting one takes
#: about 0.1 s, so each is painted once.
HALF_CYCLE_FRAMES: Final = 22
FULL_CYCLE_FRAMES: Final = 36

#: Pictures of standing at ease.
IDLE_FRAMES: Final = 6

#: Films kept: of the workout under way, and of the one to come.
MAX_ANIMATIONS: Final = 2

#: Who stands too close stands so many metres nearer.
CLOSE_UP_SCALE: Final = 1.3


class FrameCache:
    """Paints an athlete of one form, in pictures of one size (width, height).

    Attributes:
        painter: who paints.
        ease: standing at ease, and around again.
        near: standing too close; None: this athlete does not.
        passer: somebody who walks by; None: nobody does.
        films: by workout, oldest first.
    """

    def __init__(self, size: tuple[int, int], form: AthleteForm) -> None:
        set_mmap_threshold()  # a picture takes fifty times its size while it is painted
        self._form, self._stop = form, threading.Event()
        self.painter = BodyRenderer(size)
        # Where in a picture the body is, only they need to know who move it about.
        self._covered = form in ("leaving", "passer_by")
        self.ease = self._film([at_ease(i / IDLE_FRAMES) for i in range(IDLE_FRAMES)])
        self.near = (
            self.painter.shoot(at_ease(0.5, behind=-CLOSE_UP_SCALE)) if form == "close" else None
        )
        self.passer = self.painter.shoot(at_ease(0.5, behind=1.0)) if form == "passer_by" else None
        self.films: dict[str, Future[list[RenderedFrame]]] = {}
        self._brush = ThreadPoolExecutor(max_workers=1, thread_name_prefix="painter")

    def order(self, workout: str) -> None:
        """Have a film painted, unless it is there."""
        self._stop.clear()
        if workout not in self.films:
            self.films[workout] = self._brush.submit(self._paint, workout)
            for old in list(self.films)[:-MAX_ANIMATIONS]:
                self.films.pop(old).cancel()

    def film(self, workout: str) -> list[RenderedFrame] | None:
        """The film of a workout; None: it is not painted yet."""
        film = self.films.get(workout)
        return film.result() if film and film.done() and not film.cancelled() else None

    def rest(self) -> None:
        """Stop painting; what is not finished is forgotten."""
        self._stop.set()
        for workout, film in list(self.films.items()):
            if not film.done():
                film.cancel()
                del self.films[workout]

    def _paint(self, workout: str) -> list[RenderedFrame]:
        movement = ANIMATIONS[workout]
        left, right = RepSchedule(movement, form=self._form).effort
        last = (HALF_CYCLE_FRAMES if movement.returns else FULL_CYCLE_FRAMES) - 1
        whole = last * (2 if movement.returns else 1)
        return self._film([movement.pose(i / whole, left, right) for i in range(last + 1)])

    def _film(self, bodies: list[Skeleton]) -> list[RenderedFrame]:
        width, height = self.painter.size
        reel = np.empty((len(bodies), height, width, 3), np.uint8)
        film = []
        for image, body in zip(reel, bodies, strict=True):
            if self._stop.is_set():
                break
            shot = self.painter.shoot(body)
            image[:] = shot.image
            film.append(RenderedFrame(image, shot.cover if self._covered else None))
        malloc_trim()
        return film


@lru_cache(maxsize=1)
def shared_frame_cache(size: tuple[int, int], form: AthleteForm) -> FrameCache:
    """The one for that size and form: a camera that is opened again finds its pictures there."""
    return FrameCache(size, form)
