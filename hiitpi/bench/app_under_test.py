"""A whole app in a folder of its own, to be measured from outside.

`python -m hiitpi.bench.app_under_test app SECONDS PACE` is the app as `serve` starts it, but
for the pose engine, which takes `SECONDS` and sees an ideal athlete; with SECONDS `real` it is the
engine of the settings.
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

#: Seconds for the app to come up, and for a session to get to its Go.
UP: Final = 60.0
GO: Final = 30.0


@dataclass(frozen=True)
class Station:
    """A running app.

    Attributes:
        settings: its own.
        pid: of its main process.
        opened: seconds from the start of the process to the first page.
    """

    settings: Settings
    pid: int
    opened: float

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        return self.settings.host, self.settings.port

    def bus(self) -> Subscriber:
        """A page's end of its live data."""
        return Subscriber(connect(self.settings.redis(0)), self.settings.station)

    def start_session(self, workout: str = "jumping_jacks", player: str = "Bench") -> str:
        """Begin to train, and wait for the Go; the session's uuid.

        Raises:
            ServeError: there is none after half a minute.
        """
        bus = self.bus()
        bus.command(Command("start", player=player, program=free(workout)))
        give_up = time.monotonic() + GO
        while time.monotonic() < give_up:
            session = bus.session()
            if session and session["phase"] == "work":
                return str(session["uuid"])
            if session and session["phase"] == "position":
                bus.command(Command("go", session=session["uuid"]))
            time.sleep(0.1)
        raise ServeError("The session that is to be measured does not begin.")


@contextmanager
def station(
    inference: float | None = 0.02, pace: float = 0, folder: Path | None = None, **settings: Any
) -> Iterator[Station]:
    """Run the app; `inference` None: with a real engine.

    Args:
        inference: seconds that the pose engine takes.
        pace: jumping jacks a minute of who is seen; 0: as usual.
        folder: for the instance; a temporary one by default.
        settings: that differ from the defaults.

    Raises:
        ServeError: it does not come up.
    """
    with tempfile.TemporaryDirectory(prefix="hiitpi-bench-") as temporary:
        given = {"host": "127.0.0.1", "port": free_port(), "camera": "athlete", **settings}
        chosen = Settings(instance=folder or Path(temporary) / "instance", **given)
        began = time.monotonic()
        with started(chosen, inference, pace) as child:
            url, own = f"{chosen.scheme}://{chosen.host}:{chosen.port}/", unverified_tls_context()
            with urllib.request.urlopen(url, timeout=UP, context=own) as page:
                page.read()
            yield Station(chosen, child.pid, time.monotonic() - began)


@contextmanager
def started(
    settings: Settings, inference: float | None, pace: float, prefix: Sequence[str] = ()
) -> Iterator[subprocess.Popen[str]]:
    """The process of an app whose pages can be opened; see `station`.

    `prefix` comes before its command, for instance to give it a network of its own.

    Raises:
        ServeError: it does not come up.
    """
    command = [*prefix, sys.executable, "-m", "hiitpi.bench.app_under_test", "app"]
    command += ["real" if inference is None else str(inference), str(pace)]
    child = subprocess.Popen(
        command, env={**os.environ, **settings.environment()}, stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout is not None
        if child.stdout.readline() != "open\n":
            raise ServeError(f"The app to be measured does not start; see {settings.logs}.")
        yield child
    finally:
        child.terminate()
        try:
            child.communicate(timeout=UP)
        except subprocess.TimeoutExpired:
            child.kill()  # its children end with it, and nobody else stumbles over them
            child.communicate()
            raise


def main(part: str, inference: str, pace: str, *more: str) -> None:
    """The app, or its trainer process alone."""
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
