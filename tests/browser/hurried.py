"""The app with a trainer whose clock runs faster: `python -m tests.browser.hurried RATE`.

Everything is the real thing but the clock, which the trainer, its camera and its coach are given.
`RATE trainer` is the trainer process alone, as the app starts it.
"""

import sys
import time
from functools import partial

from hiitpi.camera.athlete import AthleteCamera
from hiitpi.camera.base import Camera
from hiitpi.logs import set_up
from hiitpi.settings import Settings
from hiitpi.supervisor import serve
from hiitpi.trainer.main import run
from hiitpi.watch import heartbeat

START = time.monotonic()

#: Pictures per second of the hurried clock: every workout is counted rightly from 8 on.
ENOUGH = 10.0


def hurried(rate: float) -> float:
    """Monotonic seconds that pass `rate` times as fast."""
    return START + (time.monotonic() - START) * rate


def main(rate: str, part: str = "app", *more: str) -> None:
    settings = Settings.load()
    if part == "app":
        set_up(settings, "serve")
        command = (sys.executable, "-m", "tests.browser.hurried", rate, "trainer")
        serve(settings, lambda _: print("open", flush=True), command)
        return
    set_up(settings, "trainer")
    clock = partial(hurried, float(rate))

    def camera(settings: Settings) -> Camera:
        athlete = AthleteCamera(
            rate=max(ENOUGH, 30 / float(rate)),
            form=settings.athlete_form,
            clock=clock,
            sleep=lambda seconds: time.sleep(seconds / float(rate)),
        )
        athlete.start()
        return athlete

    run(settings, camera, clock, beat=heartbeat(more, time.monotonic))


if __name__ == "__main__":
    main(*sys.argv[1:])
