"""The drawn athlete: a camera for machines that have none, and for tests that want the truth.

It behaves like any camera, and pose models see a person in its pictures. When a workout begins, it
starts that workout from standing; its frames carry the number of repetitions it has really done.
"""

import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from hiitpi.camera.base import Camera, Clock, Image, Metronome, PolledCamera
from hiitpi.camera.drawn.movements import MOVEMENTS, Movement, at_ease
from hiitpi.camera.drawn.painter import Painter, Shot
from hiitpi.camera.drawn.routine import Routine
from hiitpi.settings import AthleteForm, Settings

log = logging.getLogger(__name__)

#: Pictures of a movement that goes back the way it came, and of a round trip. Painting one takes
#: about 0.1 s, so each is painted once.
THERE, ROUND = 22, 36

#: Pictures of standing at ease, and seconds for one sway.
EASE, SWAY = 8, 4.0

#: Seconds in which a passer-by crosses the picture, and until the next one.
CROSSING, PAUSE = 5.0, 3.0


class AthleteCamera(PolledCamera):
    """Films the drawn athlete.

    Args:
        size: width and height of the picture, pixels.
        rate: pictures a second.
        pace: repetitions a minute; 0: each workout's own.
        form: how well the athlete trains.
        clock: monotonic seconds.
    """

    title = "drawn athlete"
    drawn = True

    def __init__(
        self,
        size: tuple[int, int] = (640, 480),
        rate: float = 30.0,
        pace: float = 0.0,
        form: AthleteForm = "good",
        clock: Clock = time.monotonic,
    ) -> None:
        super().__init__(clock)
        self._size, self._rate, self._pace = size, rate, pace
        self._form: AthleteForm = form
        self._studio = ThreadPoolExecutor(max_workers=1, thread_name_prefix="painter")
        self._quit = threading.Event()
        self._lock = threading.Lock()
        self._film: list[Shot] = []
        self._coming: Future[list[Shot]] | None = None
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
        self._ease = [self._painter.shoot(at_ease(i / EASE)) for i in range(EASE)]
        passer_by = self._form == "passer_by"
        self._passer = self._painter.shoot(at_ease(0.5, behind=1.0)) if passer_by else None
        self._beat = Metronome(self._rate, self._clock, self._stop.wait)

    def _grab(self) -> tuple[Image, int | None]:
        self._beat.tick()
        now = self._clock()
        with self._lock:
            shot, away, truth = self._scene(now)
        image = shot.image if away == 0 else self._slid(shot, away)
        if self._passer:
            image = self._joined(image, shot, now)
        return image, truth

    def _scene(self, now: float) -> tuple[Shot, float, int]:
        """The picture of the moment, how far the athlete has walked out of it, and the truth."""
        if self._coming and self._coming.done() and self._movement:
            self._film = self._coming.result()
            self._coming = None
            self._routine = Routine(self._movement, self._pace, self._form)
            self._began = now
        if self._routine:
            moment = self._routine.at(now - self._began)
            shot = self._film[self._picture(moment.phase)]
            return shot, moment.away, self._routine.done
        return self._ease[int(now / SWAY * EASE) % EASE], 0.0, 0

    def _picture(self, phase: float) -> int:
        """Which picture of the film shows that phase."""
        if self._movement and self._movement.returns:
            phase = 1 - abs(1 - 2 * phase)
        return round(phase * (len(self._film) - 1))

    def _slid(self, shot: Shot, away: float) -> Image:
        """The athlete has walked aside: 1 is out of the picture."""
        return self._painter.place(shot, round(away * 0.8 * self._size[0]))

    def _joined(self, image: Image, shot: Shot, now: float) -> Image:
        """Somebody walks from left to right, behind the athlete."""
        assert self._passer is not None
        phase = now % (CROSSING + PAUSE) / CROSSING
        if phase > 1:
            return image
        offset = round((phase - 0.5) * 1.4 * self._size[0])
        free = np.where(shot.cover[..., None] > 127, 0, 255).astype(np.uint8)
        return self._painter.lay(image, self._passer, offset, free)

    def _paint(self, movement: Movement) -> list[Shot]:
        film = []
        left, right = Routine(movement, form=self._form).effort
        pictures = THERE if movement.returns else ROUND
        for i in range(pictures):
            if self._quit.is_set():
                break
            phase = i / (pictures - 1) / (2 if movement.returns else 1)
            film.append(self._painter.shoot(movement.pose(phase, left, right)))
        return film

    def _release(self) -> None:
        self._quit.set()
        self._studio.shutdown(wait=True, cancel_futures=True)


def open_camera(name: str, settings: Settings) -> Camera:
    """The camera of the settings; see `hiitpi.camera.finder`."""
    size = settings.camera_width, settings.camera_height
    return AthleteCamera(size, settings.camera_fps, settings.athlete_pace, settings.athlete_form)
