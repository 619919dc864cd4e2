"""Starts the whole app in a separate instance folder, to be measured from outside.

`python -m hiitpi.bench.app_under_test app SECONDS PACE` runs the app as `serve` does, except for
the pose engine: a fake one whose inference takes `SECONDS` and that sees an ideal athlete. With
`real` instead of SECONDS, it is the engine from the settings.
"""

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hiitpi.app.supervisor import unverified_tls_context
from hiitpi.coach.messages import Command
from hiitpi.coach.session.program import free
from hiitpi.errors import ServeError
from hiitpi.live.redis_client import connect
from hiitpi.live.subscriber import Subscriber
from hiitpi.settings import Settings
from hiitpi.system.heartbeat import heartbeat
from hiitpi.system.logs import configure_logging
from hiitpi.system.ports import free_port

#: Timeout for the app to start or stop.
STARTUP_TIMEOUT_S: Final = 60.0

#: Timeout for a session to reach its Go.
GO_TIMEOUT_S: Final = 30.0


@dataclass(frozen=True)
class Station:
    """A running app.

    Attributes:
        settings: settings of the app.
        pid: id of the app's main process.
        startup_s: seconds from the start of the process to the first page.
    """

    settings: Settings
    pid: int
    startup_s: float

    @property
    def address(self) -> tuple[str, int]:
        """Host and port on which the app listens."""
        return self.settings.host, self.settings.port

    def bus(self) -> Subscriber:
        """Return a subscriber to the app's live data."""
        return Subscriber(connect(self.settings.redis(0)), self.settings.station)

    def start_session(self, workout: str = "jumping_jacks", player: str = "Bench") -> str:
        """Start a session of free training, wait for its Go, and return its uuid.

        Raises:
            ServeError: the session does not start within `GO_TIMEOUT_S`.
        """
        bus = self.bus()
        bus.command(Command("start", player=player, program=free(workout)))
        deadline = time.monotonic() + GO_TIMEOUT_S
        while time.monotonic() < deadline:
            session = bus.session()
            if session and session["phase"] == "work":
                return str(session["uuid"])
            if session and session["phase"] == "position":
                bus.command(Command("go", session=session["uuid"]))
            time.sleep(0.1)
        raise ServeError("The session to be measured did not start.")


@contextmanager
def station(
    inference: float | None = 0.02, pace: float = 0, folder: Path | None = None, **settings: Any
) -> Iterator[Station]:
    """Run the app until the context ends.

    Args:
        inference: seconds that an inference of the fake pose engine takes; None for a real engine.
        pace: jumping jacks per minute of the ideal athlete; 0 for the default pace.
        folder: instance folder; a temporary one by default.
        settings: settings that differ from the defaults.

    Raises:
        ServeError: the app does not start.
    """
    with tempfile.TemporaryDirectory(prefix="hiitpi-bench-") as temporary:
        overrides = {"host": "127.0.0.1", "port": free_port(), "camera": "athlete", **settings}
        app = Settings(instance=folder or Path(temporary) / "instance", **overrides)
        began = time.monotonic()
        with app_process(app, inference, pace) as child:
            url, context = f"{app.scheme}://{app.host}:{app.port}/", unverified_tls_context()
            with urllib.request.urlopen(url, timeout=STARTUP_TIMEOUT_S, context=context) as page:
                page.read()
            yield Station(app, child.pid, time.monotonic() - began)


@contextmanager
def app_process(
    settings: Settings, inference: float | None, pace: float, prefix: Sequence[str] = ()
) -> Iterator[subprocess.Popen[str]]:
    """Run the process of an app; the context starts when its pages can be opened.

    Args:
        settings: settings of the app.
        inference: seconds that an inference of the fake pose engine takes; None for a real engine.
        pace: jumping jacks per minute of the ideal athlete; 0 for the default pace.
        prefix: put before the command, for example to run it in a network namespace.

    Raises:
        ServeError: the app does not start.
    """
    command = [*prefix, sys.executable, "-m", "hiitpi.bench.app_under_test", "app"]
    command += ["real" if inference is None else str(inference), str(pace)]
    child = subprocess.Popen(
        command, env={**os.environ, **settings.environment()}, stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout is not None
        if child.stdout.readline() != "open\n":
            raise ServeError(f"The app to be measured failed to start; see {settings.logs}.")
        yield child
    finally:
        child.terminate()
        try:
            child.communicate(timeout=STARTUP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            child.kill()  # its children exit with it, so none are left behind
            child.communicate()
            raise


def main(part: str, inference: str, pace: str, *more: str) -> None:
    """Run the whole app, or only its pipeline process.

    Args:
        part: "app" or "pipeline".
        inference: seconds per inference, or "real".
        pace: jumping jacks per minute.
        more: heartbeat arguments of the supervisor.
    """
    settings = Settings.load()
    if part == "app":
        from hiitpi.app.supervisor import serve

        configure_logging(settings, "serve")
        command = (sys.executable, "-m", "hiitpi.bench.app_under_test", "pipeline", inference, pace)
        serve(settings, lambda _: print("open", flush=True), command)
        return
    from hiitpi.bench.fake_engine import IdealEngine
    from hiitpi.pipeline.process import run

    configure_logging(settings, "pipeline")
    beat = heartbeat(more, time.monotonic)
    if inference == "real":
        run(settings, beat=beat)
    else:
        run(settings, engine=lambda _: IdealEngine(float(inference), float(pace)), beat=beat)


if __name__ == "__main__":
    main(*sys.argv[1:])
