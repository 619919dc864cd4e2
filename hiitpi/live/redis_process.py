"""The app's own Redis: a child process on a unix socket in the instance folder."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import redis

from hiitpi.errors import LiveError
from hiitpi.live.redis_client import connect
from hiitpi.settings import Settings
from hiitpi.system.process import spawn
from hiitpi.system.urls import without_password

#: Seconds a Redis may take to come up (0.07 on a PC; an SD card is slower) and to stop.
START_TIMEOUT_S, STOP_TIMEOUT_S = 15.0, 4.0

#: Memory that it may take; it takes some 12 MB.
MAX_MEMORY = "128mb"


def start_redis(settings: Settings) -> subprocess.Popen[bytes]:
    """Start a private redis-server and wait until it answers.

    It writes no append-only file and has no save points, so as not to wear an SD card out; it is
    told to save when a session ends and at a clean stop.

    Raises:
        LiveError: it is not installed, or does not come up.
    """
    program = shutil.which("redis-server")
    if program is None:
        raise LiveError(
            "redis-server is not installed. Type: sudo apt-get install redis-server"
            " (or let ./setup.sh run do it)."
        )
    socket = settings.redis_socket
    _make_private(socket.parent)
    socket.unlink(missing_ok=True)
    log = settings.logs / "redis.log"
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(settings.instance.resolve()),
        "dbfilename": "redis.rdb",
        "save": "",
        "appendonly": "no",
        "maxmemory": MAX_MEMORY,  # what ends by itself makes room: browser sessions, the cache
        "maxmemory-policy": "volatile-ttl",
        "logfile": str(log.resolve()),
        "daemonize": "no",
    }
    command = [program, *(part for k, v in options.items() for part in (f"--{k}", v))]
    child = spawn(command)
    give_up = time.monotonic() + START_TIMEOUT_S
    client = connect(settings.redis(0))
    while time.monotonic() < give_up and child.poll() is None:
        try:
            client.ping()
            return child
        except redis.RedisError:
            time.sleep(0.02)
    child.kill()
    child.wait()
    raise LiveError(f"redis-server does not come up; its reasons are in {log}.")


def _make_private(folder: Path) -> None:
    """Make the folder of the socket; one in /tmp may have been made by somebody else before.

    Raises:
        LiveError: it is somebody else's.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise LiveError(
            f"{folder}, where Redis is to listen, belongs to another user. Remove it, or choose "
            "an instance folder with a shorter path: HIITPI_INSTANCE."
        )


def stop_redis(
    settings: Settings, child: subprocess.Popen[bytes], patience: float = STOP_TIMEOUT_S
) -> None:
    """Save to disk and stop; kill it if it does not."""
    try:
        connect(settings.redis(0)).shutdown(save=True)
    except redis.RedisError:
        child.terminate()
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def check_redis(url: str, setting: str) -> None:
    """Make sure that the Redis of a setting answers.

    Raises:
        LiveError: it does not.
    """
    try:
        connect(url).ping()
    except (redis.RedisError, ValueError) as error:
        raise LiveError(
            f"Redis at {without_password(url)} does not answer: {str(error).rstrip('.')}. "
            f"Check {setting}."
        ) from error
