"""Where the drawn athlete is painted: a film for each workout, kept as long as it may be wanted."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from typing import Final

import numpy as np

from hiitpi.camera.drawn.body import Body
from hiitpi.camera.drawn.movements import MOVEMENTS, at_ease
from hiitpi.camera.drawn.painter import Painter, Shot
from hiitpi.camera.drawn.routine import Routine
from hiitpi.machine import give_memory_back, keep_large_blocks_apart
from hiitpi.settings import AthleteForm

#: Pictures of a movement that goes back the way it came, and of a round trip. Painting one takes
#: about 0.1 s, so each is painted once.
THERE: Final = 22
ROUND: Final = 36

#: Pictures of standing at ease.
EASE: Final = 6

#: Films kept: of the workout under way, and of the one to come.
FILMS: Final = 2

#: Who stands too close stands so many metres nearer.
NEAR: Final = 1.3


class Atelier:
    """Paints an athlete of one form, in pictures of one size (width, height).

    Attributes:
        painter: who paints.
        ease: standing at ease, and around again.
        near: standing too close; None: this athlete does not.
        passer: somebody who walks by; None: nobody does.
        films: by workout, oldest first.
    """

    def __init__(self, size: tuple[int, int], form: AthleteForm) -> None:
        keep_large_blocks_apart()  # a picture takes fifty times its size while it is painted
        self._form, self._stop = form, threading.Event()
        self.painter = Painter(size)
        # Where in a picture the body is, only they need to know who move it about.
        self._covered = form in ("leaving", "passer_by")
        self.ease = self._film([at_ease(i / EASE) for i in range(EASE)])
        self.near = self.painter.shoot(at_ease(0.5, behind=-NEAR)) if form == "close" else None
        self.passer = self.painter.shoot(at_ease(0.5, behind=1.0)) if form == "passer_by" else None
        self.films: dict[str, Future[list[Shot]]] = {}
        self._brush = ThreadPoolExecutor(max_workers=1, thread_name_prefix="painter")

    def order(self, workout: str) -> None:
        """Have a film painted, unless it is there."""
        self._stop.clear()
        if workout not in self.films:
            self.films[workout] = self._brush.submit(self._paint, workout)
            for old in list(self.films)[:-FILMS]:
                self.films.pop(old).cancel()

    def film(self, workout: str) -> list[Shot] | None:
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

    def _paint(self, workout: str) -> list[Shot]:
        movement = MOVEMENTS[workout]
        left, right = Routine(movement, form=self._form).effort
        last = (THERE if movement.returns else ROUND) - 1
        whole = last * (2 if movement.returns else 1)
        return self._film([movement.pose(i / whole, left, right) for i in range(last + 1)])

    def _film(self, bodies: list[Body]) -> list[Shot]:
        width, height = self.painter.size
        reel = np.empty((len(bodies), height, width, 3), np.uint8)
        film = []
        for image, body in zip(reel, bodies, strict=True):
            if self._stop.is_set():
                break
            shot = self.painter.shoot(body)
            image[:] = shot.image
            film.append(Shot(image, shot.cover if self._covered else None))
        give_memory_back()
        return film


@lru_cache(maxsize=1)
def atelier(size: tuple[int, int], form: AthleteForm) -> Atelier:
    """The one for that size and form: a camera that is opened again finds its pictures there."""
    return Atelier(size, form)
