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

from hiitpi.coach.codec import encode
from hiitpi.errors import HiitPiError, ServeError
from hiitpi.live.keys import Keys
from hiitpi.live.redis_client import connect
from hiitpi.live.redis_process import check_redis, start_redis, stop_redis
from hiitpi.live.relay import check_name
from hiitpi.live.subscriber import Subscriber
from hiitpi.settings import Settings
from hiitpi.system.heartbeat import HealthProbe, HeartbeatPipe
from hiitpi.system.host import malloc_trim
from hiitpi.system.process import Stop, spawn
from hiitpi.system.systemd import Service
from hiitpi.system.urls import without_password

log = logging.getLogger(__name__)

#: Exit code of a child that says it cannot work with these settings (sysexits' EX_CONFIG): it has
#: printed the reason, and starting it again would not help.
EX_CONFIG: Final = 78

#: Seconds: between looks at the children, until the app is up, for a clean stop of trainer and web
#: together, and for one of Redis.
POLL_S, STARTUP_TIMEOUT_S, SHUTDOWN_TIMEOUT_S, REDIS_SHUTDOWN_TIMEOUT_S = 0.1, 120.0, 2.5, 1.5

#: Seconds without a sign of life after which a child is stuck; a network camera opens in up to 5.
HEARTBEAT_TIMEOUT_S: Final = {"pipeline": 8.0, "relay": 20.0, "web": 20.0, "redis": 10.0}

#: A look that comes so many seconds late: it was this process that stood still, with all others.
SUSPENDED_AFTER_S: Final = 2.0

#: A child that dies is started again after the first of these seconds; each time that it dies
#: within a minute, after the next. One that dies at once will do so again and again.
RESTART_DELAYS_S: Final = (0.2, 0.2, 0.5, 1.0, 2.0, 3.0)
CRASH_LOOP_DELAYS_S: Final = (0.2, 1.0, 2.0, 5.0, 10.0, 30.0)
CRASH_LOOP_UPTIME_S: Final = 0.5
STABLE_UPTIME_S: Final = 60.0

PIPELINE_COMMAND: Final = (sys.executable, "-m", "hiitpi", "pipeline")
RELAY_COMMAND: Final = (sys.executable, "-m", "hiitpi", "relay")
WEB_COMMAND: Final = (sys.executable, "-m", "hiitpi", "web")


@dataclass
class Child:
    """One process and its past."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    alive: Callable[[], bool] = lambda: True  # whether there was a sign of life since the last look
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    last_heartbeat: float = math.inf  # the last sign of life; none yet
    crashes: int = 0  # in a row, each within a minute of its start
    restart_at: float = field(default=0.0)


def serve(
    settings: Settings, ready: Callable[[bool], None], trainer: Sequence[str] = PIPELINE_COMMAND
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
        children.append(_child_with_heartbeat("pipeline", trainer, env, orphaned="KILL"))
    if settings.own_station and settings.redis_url:
        check_name(settings)
        children.append(_child_with_heartbeat("relay", RELAY_COMMAND, env))
    children.append(Child("web", lambda: spawn(WEB_COMMAND, env)))
    try:
        for child in children:
            if child.name == "pipeline":
                # What an earlier trainer said, kept on disk, is not said by this one.
                keys = Keys(settings.station)
                connect(settings.redis(0)).delete(keys.camera, keys.session)
            _start(child)
        _watch(children, stop, settings, ready, service)
    finally:
        service.stopping()
        _stop_all(children, settings)


def _child_with_heartbeat(
    name: str,
    command: Sequence[str],
    env: Mapping[str, str],
    orphaned: Literal["TERM", "KILL"] = "TERM",
) -> Child:
    """A child that gives signs of life on a pipe."""
    pulse: list[HeartbeatPipe] = []  # of the one that runs

    def start() -> subprocess.Popen[bytes]:
        if pulse:
            pulse.pop().close()
        pulse.append(HeartbeatPipe())
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
    give_up = looked + STARTUP_TIMEOUT_S
    # It may take its time, while children are to be watched and systemd wants to hear from us.
    first_answer = HealthProbe("start", lambda: _is_up(settings), period_s=POLL_S)
    while not stop.wait(POLL_S):
        now = time.monotonic()
        if now - looked > SUSPENDED_AFTER_S:  # a laptop that slept: nobody could beat
            for child in children:
                child.last_heartbeat = max(child.last_heartbeat, now)
        looked = now
        service.alive(now)
        for child in children:
            _check_child(child, now, up, settings)
        if not up:
            up = first_answer.healthy()
            if up:
                first_answer.close()
                _start_health_probes(children, settings)
                ready(service.known)
                service.ready()
                malloc_trim()
            elif now > give_up:
                raise ServeError(f"The app does not come up; see the logs in {settings.logs}.")


def _start_health_probes(children: list[Child], settings: Settings) -> None:
    """The trainer beats; the others answer."""
    client = connect(settings.redis(0))
    questions = {"web": lambda: is_healthy(settings), "redis": lambda: bool(client.ping())}
    for child in children:
        if child.name in questions:
            child.alive = HealthProbe(child.name, questions[child.name]).healthy


def _check_child(child: Child, now: float, up: bool, settings: Settings) -> None:
    if child.process is None:
        if now >= child.restart_at:
            try:
                _start(child)
            except HiitPiError as error:
                log.error("%s", error)
                child.started = now
                _schedule_restart(child, now)
        return
    code = child.process.poll()
    if code is None:
        _kill_if_hung(child, now)
        return
    if code == EX_CONFIG and not up:  # later it is a camera that is away, and may come back
        raise ServeError("")  # the child has said why
    child.process = None
    delay = _schedule_restart(child, now)
    log.warning("%s ended (code %d); starting it again in %g s.", child.name, code, delay)
    if child.name == "pipeline" and child.crashes > 1:
        _publish_failure(
            settings, f"The trainer does not stay up; see {settings.logs / 'pipeline.log'}."
        )


def _kill_if_hung(child: Child, now: float) -> None:
    assert child.process is not None
    if child.alive():
        child.last_heartbeat = now
    elif now - child.last_heartbeat > HEARTBEAT_TIMEOUT_S[child.name] or (
        math.isinf(child.last_heartbeat) and now - child.started > STARTUP_TIMEOUT_S
    ):
        log.error("%s is stuck, and is killed.", child.name)
        os.killpg(child.process.pid, signal.SIGKILL)
        child.last_heartbeat = math.inf


def _schedule_restart(child: Child, now: float) -> float:
    """A child that does not live long is started again later each time; seconds until then."""
    lived = now - child.started
    child.crashes = child.crashes + 1 if lived < STABLE_UPTIME_S else 1
    delays = CRASH_LOOP_DELAYS_S if lived < CRASH_LOOP_UPTIME_S else RESTART_DELAYS_S
    delay = delays[min(child.crashes, len(delays)) - 1]
    child.restart_at = now + delay
    return delay


def _publish_failure(settings: Settings, trouble: str) -> None:
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
    child.started, child.last_heartbeat = time.monotonic(), math.inf
    log.info("Started %s, process %d.", child.name, child.process.pid)


def _stop_all(children: list[Child], settings: Settings) -> None:
    """The trainer first, while it can still store its session; Redis last."""
    for child in children:
        if child.name != "redis" and child.process and child.process.poll() is None:
            child.process.terminate()
    until = time.monotonic() + SHUTDOWN_TIMEOUT_S
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
            stop_redis(settings, child.process, REDIS_SHUTDOWN_TIMEOUT_S)


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
        with urllib.request.urlopen(url, timeout=2, context=unverified_tls_context()) as answer:
            return not json.load(answer).get("restart")
    except urllib.error.HTTPError as error:
        with error:
            if error.code == 503:
                return not json.load(error).get("restart")
        return error.code == 401  # listening on one address only, it takes us for a stranger
    except ValueError:  # another program answers there
        return False


def unverified_tls_context() -> ssl.SSLContext:
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
