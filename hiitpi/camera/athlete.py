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

#: Films kept: of the workout under way, and of the one to come.
FILMS = 2

#: Who stands too close stands so many metres nearer, and steps back after so many seconds.
NEAR, CLOSE = 1.3, 6.0

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
        self._films: dict[str, Future[list[Shot]]] = {}
        self._slug: str | None = None
        self._performs = False
        self._told = 0.0
        self._routine: Routine | None = None
        self._began = 0.0

    def perform(self, workout: str | None) -> None:
        """Begin a workout from standing, once its pictures are painted; None: stand at ease."""
        self._be_told(workout, performs=True)

    def prepare(self, workout: str) -> None:
        """Take the starting position of a workout, once its pictures are painted."""
        self._be_told(workout, performs=False)

    def _be_told(self, workout: str | None, performs: bool) -> None:
        movement = MOVEMENTS.get(workout) if workout else None
        if workout and movement is None:
            log.warning("The drawn athlete does not know %r and stands at ease.", workout)
        with self._lock:
            self._routine, self._performs = None, performs
            self._slug = workout if movement else None
            self._told = self._clock()
            if workout and movement and workout not in self._films:
                self._films[workout] = self._studio.submit(self._paint, movement)
                for old in list(self._films)[:-FILMS]:
                    self._films.pop(old).cancel()

    def _open(self) -> None:
        self._painter = Painter(self._size)
        self._ease = [self._painter.shoot(at_ease(i / EASE)) for i in range(EASE)]
        passer_by = self._form == "passer_by"
        self._near = (
            self._painter.shoot(at_ease(0.5, behind=-NEAR)) if self._form == "close" else None
        )
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
        if self._near and self._slug and not self._performs and now - self._told < CLOSE:
            return self._near, 0.0, 0
        coming = self._films.get(self._slug) if self._slug else None
        if self._slug and coming and coming.done():
            film, movement = coming.result(), MOVEMENTS[self._slug]
            if not self._performs:
                return film[0], 0.0, 0
            if self._routine is None:
                self._routine, self._began = Routine(movement, self._pace, self._form), now
            moment = self._routine.at(now - self._began)
            phase = 1 - abs(1 - 2 * moment.phase) if movement.returns else moment.phase
            return film[round(phase * (len(film) - 1))], moment.away, self._routine.done
        return self._ease[int(now / SWAY * EASE) % EASE], 0.0, 0

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


def open_camera(name: str, settings: Settings, clock: Clock = time.monotonic) -> Camera:
    """The camera of the settings; see `hiitpi.camera.finder`."""
    size = settings.camera_width, settings.camera_height
    pace, form = settings.athlete_pace, settings.athlete_form
    return AthleteCamera(size, settings.camera_fps, pace, form, clock)
