"""The drawn athlete: a camera for machines that have none, and for tests that want the truth.

It behaves like any camera, and pose models see a person in its pictures. When a workout begins, it
starts that workout from standing; its frames carry the number of repetitions it has really done.
"""

import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from hiitpi.camera.base import Camera, Clock, Image, Metronome
from hiitpi.camera.drawn.movements import MOVEMENTS, Movement, at_ease
from hiitpi.camera.drawn.painter import Painter
from hiitpi.camera.drawn.routine import Routine

log = logging.getLogger(__name__)

#: Pictures of one movement, from start to far end. Painting takes about 0.1 s, so each is painted
#: once: more than this many cannot be told apart at 30 pictures a second.
PICTURES: Final = 22

#: Pictures of standing at ease, and seconds for one sway.
EASE, SWAY = 8, 4.0


class AthleteCamera(Camera):
    """Films the drawn athlete.

    Args:
        size: width and height of the picture, pixels.
        rate: pictures a second.
        pace: repetitions a minute; 0: each workout's own.
        clock: monotonic seconds.
    """

    title = "the drawn athlete"
    drawn = True

    def __init__(
        self,
        size: tuple[int, int] = (640, 480),
        rate: float = 30.0,
        pace: float = 0.0,
        clock: Clock = time.monotonic,
    ) -> None:
        super().__init__(clock)
        self._size, self._rate, self._pace = size, rate, pace
        self._studio = ThreadPoolExecutor(max_workers=1, thread_name_prefix="painter")
        self._quit = threading.Event()
        self._lock = threading.Lock()
        self._film: list[Image] = []
        self._coming: Future[list[Image]] | None = None
        self._routine: Routine | None = None
        self._movement: Movement | None = None
        self._began = 0.0

    def perform(self, workout: str | None) -> None:
        """Begin a workout from standing, once its pictures are painted; None: stand at ease."""
        movement = MOVEMENTS.get(workout) if workout else None
        if workout and movement is None:
            log.warning("The drawn athlete does not know %r and stands at ease.", workout)
        with self._lock:
            self._routine, self._movement = None, movement
            self._coming = self._studio.submit(self._paint, movement) if movement else None

    def _open(self) -> None:
        self._painter = Painter(self._size)
        self._ease = [self._painter(at_ease(i / EASE)) for i in range(EASE)]
        self._beat = Metronome(self._rate, self._clock, self._stop.wait)

    def _grab(self) -> tuple[Image, int | None]:
        self._beat.tick()
        now = self._clock()
        with self._lock:
            if self._coming and self._coming.done() and self._movement:
                self._film = self._coming.result()
                self._coming = None
                self._routine, self._began = Routine(self._movement, self._pace), now
            if self._routine:
                part = self._routine.at(now - self._began)
                return self._film[round(part * (PICTURES - 1))], self._routine.done
        return self._ease[int(now / SWAY * EASE) % EASE], 0

    def _paint(self, movement: Movement) -> list[Image]:
        film = []
        for i in range(PICTURES):
            if self._quit.is_set():
                break
            film.append(self._painter(movement.pose(i / (PICTURES - 1))))
        return film

    def _release(self) -> None:
        self._quit.set()
        self._studio.shutdown(wait=True, cancel_futures=True)
