"""Starts redis-server, trainer and web, watches them, and stops them in order."""

import logging
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import redis

from hiitpi.errors import ServeError
from hiitpi.live.bus import Keys, connect
from hiitpi.live.server import check_redis, start_redis, stop_redis
from hiitpi.live.subscriber import Subscriber
from hiitpi.machine import give_memory_back
from hiitpi.process import spawn
from hiitpi.settings import Settings

log = logging.getLogger(__name__)

#: Exit code of a child that says it cannot work with these settings (sysexits' EX_CONFIG): it has
#: printed the reason, and starting it again would not help.
CANNOT: Final = 78

#: Seconds: between looks at the children, until the app is up, for a clean stop of one child.
LOOK, UP, STOP = 0.1, 120.0, 3.0

#: A child that dies is started again after the first of these seconds; each time that it dies
#: within a minute, after the next.
BACK_OFF: Final = (0.2, 1.0, 2.0, 5.0, 10.0, 30.0)
SETTLED: Final = 60.0

TRAINER: Final = (sys.executable, "-m", "hiitpi", "trainer")
WEB: Final = (sys.executable, "-m", "hiitpi", "web")


@dataclass
class Child:
    """One process and its past."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    start_at: float = field(default=0.0)


def serve(settings: Settings, ready: Callable[[], None], trainer: Sequence[str] = TRAINER) -> None:
    """Run the app until SIGTERM or SIGINT; `ready` is called once when pages can be opened.

    `trainer` is the command of the trainer process.

    Raises:
        HiitPiError: it cannot be started.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    settings.make_instance()
    _check_port(settings)
    env = {**os.environ, **settings.environment()}
    children = [Child("redis", lambda: start_redis(settings))]
    if settings.redis_url:
        check_redis(settings.redis(0))
        children = []
    # A trainer whose supervisor was killed must not end its session in order: it goes on after the
    # restart, from its last checkpoint.
    children.append(Child("trainer", lambda: spawn([*trainer], env, orphaned="KILL")))
    children.append(Child("web", lambda: spawn(WEB, env)))
    try:
        for child in children:
            if child.name == "trainer":
                # What an earlier trainer said, kept on disk, is not said by this one.
                keys = Keys(settings.station)
                connect(settings.redis(0)).delete(keys.camera, keys.session)
            _start(child)
        _watch(children, stop, settings, ready)
    finally:
        _stop_all(children, settings)


def _watch(
    children: list[Child], stop: threading.Event, settings: Settings, ready: Callable[[], None]
) -> None:
    up = False
    give_up = time.monotonic() + UP
    while not stop.wait(LOOK):
        now = time.monotonic()
        for child in children:
            _look_after(child, now, up)
        if not up:
            up = _is_up(settings)
            if up:
                ready()
                give_memory_back()
            elif now > give_up:
                raise ServeError(f"The app does not come up; see the logs in {settings.logs}.")


def _look_after(child: Child, now: float, up: bool) -> None:
    if child.process is None:
        if now >= child.start_at:
            _start(child)
        return
    code = child.process.poll()
    if code is None:
        return
    if code == CANNOT and not up:  # later it is a camera that is away, and may come back
        raise ServeError("")  # the child has said why
    child.process = None
    child.deaths = child.deaths + 1 if now - child.started < SETTLED else 0
    delay = BACK_OFF[min(child.deaths, len(BACK_OFF) - 1)]
    child.start_at = now + delay
    log.warning("%s ended (code %d); starting it again in %g s.", child.name, code, delay)


def _start(child: Child) -> None:
    child.process = child.start()
    child.started = time.monotonic()
    log.info("Started %s, process %d.", child.name, child.process.pid)


def _stop_all(children: list[Child], settings: Settings) -> None:
    """The trainer first, while it can still store its session; Redis last."""
    for child in children:
        if child.name != "redis" and child.process and child.process.poll() is None:
            child.process.terminate()
    for child in children:
        if child.name != "redis" and child.process:
            try:
                child.process.wait(STOP)
            except subprocess.TimeoutExpired:
                log.warning("%s does not stop and is killed.", child.name)
                os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait()
    for child in children:
        if child.name == "redis" and child.process:
            stop_redis(settings, child.process)


def _is_up(settings: Settings) -> bool:
    try:
        if Subscriber(connect(settings.redis(0)), settings.station).status() is None:
            return False
        return is_healthy(settings)
    except (OSError, redis.RedisError):  # the one it asks is not up yet
        return False


def is_healthy(settings: Settings) -> bool:
    """Whether the pages answer, asked from this machine.

    Raises:
        OSError: they do not.
    """
    host = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    host = f"[{host}]" if ":" in host else host
    url = f"{settings.scheme}://{host}:{settings.port}/healthz"
    own = ssl._create_unverified_context()  # the certificate is for the name that others use
    try:
        with urllib.request.urlopen(url, timeout=2, context=own) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as error:
        return error.code == 401  # listening on one address only, it takes us for a stranger


def _check_port(settings: Settings) -> None:
    try:
        with socket.create_server((settings.host, settings.port)):
            pass
    except OSError as error:
        raise ServeError(
            f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}). "
            "Is the app running already? Or choose another port: HIITPI_PORT=8051 ./setup.sh run"
        ) from error
