"""The app with a pipeline whose clock runs faster: `python -m tests.browser.fast_clock RATE`.

Everything is the real thing but the clock, which the pipeline, its camera and its coach are given.
`RATE pipeline` is the pipeline process alone, as the app starts it.
"""

import sys
import time
from functools import partial

from hiitpi.app.supervisor import serve
from hiitpi.camera.base import Camera
from hiitpi.camera.synthetic.camera import AthleteCamera
from hiitpi.pipeline.process import run
from hiitpi.settings import Settings
from hiitpi.system.heartbeat import heartbeat
from hiitpi.system.logs import configure_logging

START = time.monotonic()

#: Pictures per second of the hurried clock: every workout is counted rightly from 8 on.
ENOUGH = 10.0


def hurried(rate: float) -> float:
    """Monotonic seconds that pass `rate` times as fast."""
    return START + (time.monotonic() - START) * rate


def main(rate: str, part: str = "app", *more: str) -> None:
    settings = Settings.load()
    if part == "app":
        configure_logging(settings, "serve")
        command = (sys.executable, "-m", "tests.browser.fast_clock", rate, "pipeline")
        serve(settings, lambda _: print("open", flush=True), command)
        return
    configure_logging(settings, "pipeline")
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
