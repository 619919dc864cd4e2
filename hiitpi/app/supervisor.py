"""Supervisor: starts the app's processes, monitors them, restarts them and shuts them down.

The processes are redis-server, pipeline and web; in a club the relay, with a broker mqtt.
"""

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

#: Exit code of a child that cannot work with these settings (sysexits' EX_CONFIG): it has printed
#: the reason, and a restart would not help.
EX_CONFIG: Final = 78

#: Intervals and timeouts in seconds: polling the children, app start-up, clean shutdown of all
#: children but Redis together, and clean shutdown of Redis.
POLL_S, STARTUP_TIMEOUT_S, SHUTDOWN_TIMEOUT_S, REDIS_SHUTDOWN_TIMEOUT_S = 0.1, 120.0, 2.5, 1.5

#: Seconds without a heartbeat after which a child counts as hung. A network camera takes up to 5 s
#: to open.
HEARTBEAT_TIMEOUT_S: Final = dict(pipeline=8.0, relay=20.0, mqtt=20.0, web=20.0, redis=10.0)

#: If a poll comes this many seconds late, the whole machine was suspended, not just a child.
SUSPENDED_AFTER_S: Final = 2.0

#: Restart backoff in seconds. The first crash uses the first delay; each further crash within
#: STABLE_UPTIME_S uses the next. A child that crashes within CRASH_LOOP_UPTIME_S of its start will
#: most likely crash again, so its delays grow faster.
RESTART_DELAYS_S: Final = (0.2, 0.2, 0.5, 1.0, 2.0, 3.0)
CRASH_LOOP_DELAYS_S: Final = (0.2, 1.0, 2.0, 5.0, 10.0, 30.0)
CRASH_LOOP_UPTIME_S: Final = 0.5
STABLE_UPTIME_S: Final = 60.0

PIPELINE_COMMAND, RELAY_COMMAND, MQTT_COMMAND, WEB_COMMAND = (
    (sys.executable, "-m", "hiitpi", name) for name in ("pipeline", "relay", "mqtt", "web")
)


@dataclass
class Child:
    """A supervised process and its restart state; times are monotonic seconds."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    alive: Callable[[], bool] = lambda: True  # whether there was a heartbeat since the last call
    process: subprocess.Popen[bytes] | None = None  # None while it waits for its restart
    started: float = 0.0
    last_heartbeat: float = math.inf  # infinity before the first
    crashes: int = 0  # consecutive, each within STABLE_UPTIME_S of the start
    restart_at: float = field(default=0.0)


def serve(
    settings: Settings,
    ready: Callable[[bool], None],
    pipeline_command: Sequence[str] = PIPELINE_COMMAND,
) -> None:
    """Run the app until SIGTERM, SIGINT or SIGHUP.

    Args:
        settings: settings of this machine.
        ready: called once when the pages can be opened; its argument tells whether the app runs as
            a systemd service rather than in a terminal.
        pipeline_command: command line of the pipeline process.

    Raises:
        HiitPiError: the app cannot be started.
    """
    stop = Stop(signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    settings.make_instance()
    _check_port(settings)
    service = Service(os.environ.get("NOTIFY_SOCKET"))
    env = {**os.environ, **settings.environment()}
    env.pop("NOTIFY_SOCKET", None)  # only the supervisor notifies systemd
    children = [Child("redis", lambda: start_redis(settings))]
    if settings.own_redis_url:
        check_redis(settings.redis(0), "HIITPI_OWN_REDIS_URL")
        children = []
    if settings.own_station:
        # SIGKILL: on SIGTERM it would end its session, which a restarted app is meant to resume.
        children.append(
            _child_with_heartbeat("pipeline", pipeline_command, env, orphan_signal="KILL")
        )
    if settings.own_station and settings.redis_url:
        check_name(settings)
        children.append(_child_with_heartbeat("relay", RELAY_COMMAND, env))
    if settings.own_station and settings.mqtt_url:
        children.append(_child_with_heartbeat("mqtt", MQTT_COMMAND, env))
    children.append(Child("web", lambda: spawn(WEB_COMMAND, env)))
    try:
        for child in children:
            if child.name == "pipeline":
                # Redis persists its data: drop the status of an earlier run's pipeline.
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
    orphan_signal: Literal["TERM", "KILL"] = "TERM",
) -> Child:
    """Return a child that sends its heartbeats through a pipe."""
    pipes: list[HeartbeatPipe] = []  # at most one: that of the running process

    def start() -> subprocess.Popen[bytes]:
        if pipes:
            pipes.pop().close()
        pipes.append(HeartbeatPipe())
        arguments = [*command, *pipes[0].child_arguments()]
        try:
            return spawn(arguments, env, orphan_signal=orphan_signal, keep=[pipes[0].child_fd])
        finally:
            pipes[0].close_child_end()

    return Child(name, start, lambda: pipes[0].has_beaten())


def _watch(
    children: list[Child],
    stop: Stop,
    settings: Settings,
    ready: Callable[[bool], None],
    service: Service,
) -> None:
    up, last_poll = False, time.monotonic()
    startup_deadline = last_poll + STARTUP_TIMEOUT_S
    # In a background thread: a slow answer must delay neither the checks of the children nor the
    # systemd watchdog.
    startup_probe = HealthProbe("start", lambda: _is_up(settings), period_s=POLL_S)
    while not stop.wait(POLL_S):
        now = time.monotonic()
        if now - last_poll > SUSPENDED_AFTER_S:  # a suspended laptop: no child could send one
            for child in children:
                child.last_heartbeat = max(child.last_heartbeat, now)
        last_poll = now
        service.alive(now)
        for child in children:
            _check_child(child, now, up, settings)
        if not up:
            up = startup_probe.healthy()
            if up:
                startup_probe.close()
                _start_health_probes(children, settings)
                ready(service.available)
                service.ready()
                malloc_trim()
            elif now > startup_deadline:
                raise ServeError(f"The app failed to start; see the logs in {settings.logs}.")


def _start_health_probes(children: list[Child], settings: Settings) -> None:
    """Probe web and Redis from now on; pipeline and relay send heartbeats instead."""
    client = connect(settings.redis(0))
    probes = {"web": lambda: is_healthy(settings), "redis": lambda: bool(client.ping())}
    for child in children:
        if child.name in probes:
            child.alive = HealthProbe(child.name, probes[child.name]).healthy


def _check_child(child: Child, now: float, up: bool, settings: Settings) -> None:
    """Restart a child that exited, and kill one that hangs."""
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
    # Once the app has been up the settings are good: then it is an unplugged camera, say.
    if code == EX_CONFIG and not up:
        raise ServeError("")  # the child has printed the reason
    child.process = None
    delay = _schedule_restart(child, now)
    log.warning("%s exited with code %d; restarting in %g s.", child.name, code, delay)
    if child.name == "pipeline" and child.crashes > 1:
        _publish_failure(
            settings, f"The pipeline process keeps crashing; see {settings.logs / 'pipeline.log'}."
        )


def _kill_if_hung(child: Child, now: float) -> None:
    assert child.process is not None
    if child.alive():
        child.last_heartbeat = now
    elif now - child.last_heartbeat > HEARTBEAT_TIMEOUT_S[child.name] or (
        math.isinf(child.last_heartbeat) and now - child.started > STARTUP_TIMEOUT_S
    ):
        log.error("%s is unresponsive; killing it.", child.name)
        os.killpg(child.process.pid, signal.SIGKILL)
        child.last_heartbeat = math.inf


def _schedule_restart(child: Child, now: float) -> float:
    """Set the restart time of a child with backoff; return the delay in seconds."""
    uptime = now - child.started
    child.crashes = child.crashes + 1 if uptime < STABLE_UPTIME_S else 1
    delays = CRASH_LOOP_DELAYS_S if uptime < CRASH_LOOP_UPTIME_S else RESTART_DELAYS_S
    delay = delays[min(child.crashes, len(delays)) - 1]
    child.restart_at = now + delay
    return delay


def _publish_failure(settings: Settings, message: str) -> None:
    """Publish a status on behalf of the pipeline, which cannot, so that the pages show it."""
    status = {
        "camera": without_password(settings.camera),
        "drawn": False,
        "state": "away",
        "model": "none yet",
    }
    with suppress(redis.RedisError):
        bus = connect(settings.redis(0))
        bus.set(Keys(settings.station).camera, encode({**status, "trouble": message}))


def _start(child: Child) -> None:
    child.process = child.start()
    child.started, child.last_heartbeat = time.monotonic(), math.inf
    log.info("Started %s, process %d.", child.name, child.process.pid)


def _stop_all(children: list[Child], settings: Settings) -> None:
    """Stop all children; Redis last, because the pipeline still saves its session."""
    for child in children:
        if child.name != "redis" and child.process and child.process.poll() is None:
            child.process.terminate()
    deadline = time.monotonic() + SHUTDOWN_TIMEOUT_S
    for child in children:
        if child.name != "redis" and child.process:
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("%s did not stop in time; killing it.", child.name)
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
    except (OSError, redis.RedisError):  # Redis or web is not up yet
        return False


def is_healthy(settings: Settings) -> bool:
    """Return whether the web process answers and needs no restart.

    It needs one if a background loop is stalled. Failures that a restart would not fix, such as an
    unreachable database, do not count.

    Raises:
        OSError: the web process does not answer.
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
        # It answers, but requires the house code: bound to a LAN address, it does not see this
        # request come from localhost.
        return error.code == 401
    except ValueError:  # not JSON: another program listens on this port
        return False


def unverified_tls_context() -> ssl.SSLContext:
    """Return a TLS context for requests to this machine itself.

    It does not verify the certificate, which is issued for the host name that other devices use.
    """
    # Not ssl.create_default_context(): that loads the CA certificates, which is slow.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _check_port(settings: Settings) -> None:
    try:
        with socket.create_server((settings.host, settings.port)):
            pass
    except OSError as error:
        raise ServeError(
            f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}). "
            "Is the app already running? Or choose another port: HIITPI_PORT=8051 ./setup.sh run"
        ) from error
