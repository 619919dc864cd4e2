"""Runs the app with a faster clock in the pipeline: `python -m tests.browser.fast_clock RATE`.

Everything is real except for the clock that the pipeline, its camera and its coach use.
`RATE pipeline` runs only the pipeline process, as the app starts it.
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

#: Minimum frame rate, per second of the fast clock: from 8 on, every workout is counted correctly.
MIN_FPS = 8.0


def fast_time(rate: float) -> float:
    """Return monotonic seconds that pass `rate` times as fast."""
    return START + (time.monotonic() - START) * rate


def main(rate: str, process: str = "app", *heartbeat_arguments: str) -> None:
    settings = Settings.load()
    if process == "app":
        configure_logging(settings, "serve")
        command = (sys.executable, "-m", "tests.browser.fast_clock", rate, "pipeline")
        serve(settings, lambda _: print("open", flush=True), command)
        return
    configure_logging(settings, "pipeline")
    clock = partial(fast_time, float(rate))

    def camera(settings: Settings) -> Camera:
        athlete = AthleteCamera(
            rate=max(MIN_FPS, 30 / float(rate)),
            form=settings.athlete_form,
            clock=clock,
            sleep=lambda seconds: time.sleep(seconds / float(rate)),
        )
        athlete.start()
        return athlete

    run(settings, camera, clock, beat=heartbeat(heartbeat_arguments, time.monotonic))


if __name__ == "__main__":
    main(*sys.argv[1:])
