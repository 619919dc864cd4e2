"""Starts redis-server, trainer and web, watches them, and stops them in order."""

import json
import logging
import math
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Literal

import redis

from hiitpi.errors import HiitPiError, ServeError
from hiitpi.live.bus import Keys, connect, encode
from hiitpi.live.relay import check_name
from hiitpi.live.server import check_redis, start_redis, stop_redis
from hiitpi.live.subscriber import Subscriber
from hiitpi.machine import give_memory_back
from hiitpi.process import Stop, spawn
from hiitpi.settings import Settings
from hiitpi.system.urls import without_password
from hiitpi.systemd import Service
from hiitpi.watch import Probe, Pulse

log = logging.getLogger(__name__)

#: Exit code of a child that says it cannot work with these settings (sysexits' EX_CONFIG): it has
#: printed the reason, and starting it again would not help.
CANNOT: Final = 78

#: Seconds: between looks at the children, until the app is up, for a clean stop of trainer and web
#: together, and for one of Redis.
LOOK, UP, STOP, STOP_REDIS = 0.1, 120.0, 2.5, 1.5

#: Seconds without a sign of life after which a child is stuck; a network camera opens in up to 5.
STUCK: Final = {"trainer": 8.0, "relay": 20.0, "web": 20.0, "redis": 10.0}

#: A look that comes so many seconds late: it was this process that stood still, with all others.
PAUSED: Final = 2.0

#: A child that dies is started again after the first of these seconds; each time that it dies
#: within a minute, after the next. One that dies at once will do so again and again.
DIED: Final = (0.2, 0.2, 0.5, 1.0, 2.0, 3.0)
DIED_AT_ONCE: Final = (0.2, 1.0, 2.0, 5.0, 10.0, 30.0)
AT_ONCE: Final = 0.5
SETTLED: Final = 60.0

TRAINER: Final = (sys.executable, "-m", "hiitpi", "trainer")
RELAY: Final = (sys.executable, "-m", "hiitpi", "relay")
WEB: Final = (sys.executable, "-m", "hiitpi", "web")


@dataclass
class Child:
    """One process and its past."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    lives: Callable[[], bool] = lambda: True  # whether there was a sign of life since the last look
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    seen: float = math.inf  # the last sign of life; none yet
    deaths: int = 0  # in a row, each within a minute of its start
    start_at: float = field(default=0.0)


def serve(
    settings: Settings, ready: Callable[[bool], None], trainer: Sequence[str] = TRAINER
) -> None:
    """Run the app until SIGTERM or SIGINT.

    Args:
        settings: of this machine.
        ready: called once when pages can be opened; true: a service is told, and no person.
        trainer: the command of the trainer process.

    Raises:
        HiitPiError: it cannot be started.
    """
    stop = Stop(signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    settings.make_instance()
    _check_port(settings)
    service = Service(os.environ.get("NOTIFY_SOCKET"))
    env = {**os.environ, **settings.environment()}
    env.pop("NOTIFY_SOCKET", None)  # this process speaks for all of them
    children = [Child("redis", lambda: start_redis(settings))]
    if settings.own_redis_url:
        check_redis(settings.redis(0), "HIITPI_OWN_REDIS_URL")
        children = []
    if settings.own_station:
        # Its session must not be ended in order when this process is killed: it goes on later.
        children.append(_beating("trainer", trainer, env, orphaned="KILL"))
    if settings.own_station and settings.redis_url:
        check_name(settings)
        children.append(_beating("relay", RELAY, env))
    children.append(Child("web", lambda: spawn(WEB, env)))
    try:
        for child in children:
            if child.name == "trainer":
                # What an earlier trainer said, kept on disk, is not said by this one.
                keys = Keys(settings.station)
                connect(settings.redis(0)).delete(keys.camera, keys.session)
            _start(child)
        _watch(children, stop, settings, ready, service)
    finally:
        service.stopping()
        _stop_all(children, settings)


def _beating(
    name: str,
    command: Sequence[str],
    env: Mapping[str, str],
    orphaned: Literal["TERM", "KILL"] = "TERM",
) -> Child:
    """A child that gives signs of life on a pipe."""
    pulse: list[Pulse] = []  # of the one that runs

    def start() -> subprocess.Popen[bytes]:
        if pulse:
            pulse.pop().close()
        pulse.append(Pulse())
        handed = [*command, *pulse[0].handed_over()]
        try:
            return spawn(handed, env, orphaned=orphaned, keep=[pulse[0].end])
        finally:
            pulse[0].started()

    return Child(name, start, lambda: pulse[0].beats())


def _watch(
    children: list[Child],
    stop: Stop,
    settings: Settings,
    ready: Callable[[bool], None],
    service: Service,
) -> None:
    up, looked = False, time.monotonic()
    give_up = looked + UP
    # It may take its time, while children are to be watched and systemd wants to hear from us.
    first_answer = Probe("start", lambda: _is_up(settings), period_s=LOOK)
    while not stop.wait(LOOK):
        now = time.monotonic()
        if now - looked > PAUSED:  # a laptop that slept: nobody could beat
            for child in children:
                child.seen = max(child.seen, now)
        looked = now
        service.alive(now)
        for child in children:
            _look_after(child, now, up, settings)
        if not up:
            up = first_answer.well()
            if up:
                first_answer.close()
                _ask_from_now_on(children, settings)
                ready(service.known)
                service.ready()
                give_memory_back()
            elif now > give_up:
                raise ServeError(f"The app does not come up; see the logs in {settings.logs}.")


def _ask_from_now_on(children: list[Child], settings: Settings) -> None:
    """The trainer beats; the others answer."""
    client = connect(settings.redis(0))
    questions = {"web": lambda: is_healthy(settings), "redis": lambda: bool(client.ping())}
    for child in children:
        if child.name in questions:
            child.lives = Probe(child.name, questions[child.name]).well


def _look_after(child: Child, now: float, up: bool, settings: Settings) -> None:
    if child.process is None:
        if now >= child.start_at:
            try:
                _start(child)
            except HiitPiError as error:
                log.error("%s", error)
                child.started = now
                _wait_longer(child, now)
        return
    code = child.process.poll()
    if code is None:
        _see_whether_stuck(child, now)
        return
    if code == CANNOT and not up:  # later it is a camera that is away, and may come back
        raise ServeError("")  # the child has said why
    child.process = None
    delay = _wait_longer(child, now)
    log.warning("%s ended (code %d); starting it again in %g s.", child.name, code, delay)
    if child.name == "trainer" and child.deaths > 1:
        _tell(settings, f"The trainer does not stay up; see {settings.logs / 'trainer.log'}.")


def _see_whether_stuck(child: Child, now: float) -> None:
    assert child.process is not None
    if child.lives():
        child.seen = now
    elif now - child.seen > STUCK[child.name] or (
        math.isinf(child.seen) and now - child.started > UP
    ):
        log.error("%s is stuck, and is killed.", child.name)
        os.killpg(child.process.pid, signal.SIGKILL)
        child.seen = math.inf


def _wait_longer(child: Child, now: float) -> float:
    """A child that does not live long is started again later each time; seconds until then."""
    lived = now - child.started
    child.deaths = child.deaths + 1 if lived < SETTLED else 1
    delays = DIED_AT_ONCE if lived < AT_ONCE else DIED
    delay = delays[min(child.deaths, len(delays)) - 1]
    child.start_at = now + delay
    return delay


def _tell(settings: Settings, trouble: str) -> None:
    """Say on the pages what the trainer cannot say itself."""
    status = {
        "camera": without_password(settings.camera),
        "drawn": False,
        "state": "away",
        "model": "none yet",
    }
    with suppress(redis.RedisError):
        bus = connect(settings.redis(0))
        bus.set(Keys(settings.station).camera, encode({**status, "trouble": trouble}))


def _start(child: Child) -> None:
    child.process = child.start()
    child.started, child.seen = time.monotonic(), math.inf
    log.info("Started %s, process %d.", child.name, child.process.pid)


def _stop_all(children: list[Child], settings: Settings) -> None:
    """The trainer first, while it can still store its session; Redis last."""
    for child in children:
        if child.name != "redis" and child.process and child.process.poll() is None:
            child.process.terminate()
    until = time.monotonic() + STOP
    for child in children:
        if child.name != "redis" and child.process:
            try:
                child.process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("%s does not stop and is killed.", child.name)
                os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait()
    for child in children:
        if child.name == "redis" and child.process:
            stop_redis(settings, child.process, STOP_REDIS)


def _is_up(settings: Settings) -> bool:
    try:
        bus = Subscriber(connect(settings.redis(0)), settings.station)
        if settings.own_station and bus.status() is None:
            return False
        return is_healthy(settings)
    except (OSError, redis.RedisError):  # the one it asks is not up yet
        return False


def is_healthy(settings: Settings) -> bool:
    """Whether the pages answer and no background loop behind them has stopped.

    What a new process would not mend, such as a database that is away, is no reason for one.

    Raises:
        OSError: they do not.
    """
    host = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    host = f"[{host}]" if ":" in host else host
    url = f"{settings.scheme}://{host}:{settings.port}/healthz"
    try:
        with urllib.request.urlopen(url, timeout=2, context=unverified()) as answer:
            return not json.load(answer).get("restart")
    except urllib.error.HTTPError as error:
        with error:
            if error.code == 503:
                return not json.load(error).get("restart")
        return error.code == 401  # listening on one address only, it takes us for a stranger
    except ValueError:  # another program answers there
        return False


def unverified() -> ssl.SSLContext:
    """For asking this machine itself: its certificate is for the name that others use."""
    context = ssl.SSLContext(
        ssl.PROTOCOL_TLS_CLIENT
    )  # knows no authorities: those take long to load
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _check_port(settings: Settings) -> None:
    try:
        with socket.create_server((settings.host, settings.port)):
            pass
    except OSError as error:
        raise ServeError(
            f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}). "
            "Is the app running already? Or choose another port: HIITPI_PORT=8051 ./setup.sh run"
        ) from error
