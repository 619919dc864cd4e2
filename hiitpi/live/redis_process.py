"""Runs the app's private redis-server as a child process on a Unix socket."""

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

#: Timeouts for Redis to start (0.07 s on a PC; an SD card is slower) and to stop.
START_TIMEOUT_S, STOP_TIMEOUT_S = 15.0, 4.0

#: Memory limit; about 12 MB are used.
MAX_MEMORY = "128mb"


def start_redis(settings: Settings) -> subprocess.Popen[bytes]:
    """Start a private redis-server and wait until it answers.

    It writes no append-only file and has no save points, to spare the SD card; the app asks it to
    save when a session ends, and it saves at a clean shutdown.

    Raises:
        LiveError: redis-server is not installed, or does not start.
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
        "maxmemory": MAX_MEMORY,
        "maxmemory-policy": "volatile-ttl",  # evicts keys that expire: browser sessions, the cache
        "logfile": str(log.resolve()),
        "daemonize": "no",
    }
    command = [program, *(part for k, v in options.items() for part in (f"--{k}", v))]
    child = spawn(command)
    deadline = time.monotonic() + START_TIMEOUT_S
    client = connect(settings.redis(0))
    while time.monotonic() < deadline and child.poll() is None:
        try:
            client.ping()
            return child
        except redis.RedisError:
            time.sleep(0.02)
    child.kill()
    child.wait()
    raise LiveError(f"redis-server failed to start; see {log}.")


def _make_private(folder: Path) -> None:
    """Create the socket's folder; in /tmp another user may have created it first.

    Raises:
        LiveError: the folder is a symbolic link or belongs to another user.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise LiveError(
            f"{folder}, the folder for the Redis socket, belongs to another user. Remove it, or "
            "set HIITPI_INSTANCE to an instance folder with a shorter path."
        )


def stop_redis(
    settings: Settings, child: subprocess.Popen[bytes], timeout_s: float = STOP_TIMEOUT_S
) -> None:
    """Let Redis save to disk and shut down; kill it after `timeout_s` seconds."""
    try:
        connect(settings.redis(0)).shutdown(save=True)
    except redis.RedisError:
        child.terminate()
    try:
        child.wait(timeout_s)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def check_redis(url: str, setting: str) -> None:
    """Check that a Redis server answers.

    Args:
        url: URL of the server.
        setting: name of the setting that holds the URL, for the error message.

    Raises:
        LiveError: the server does not answer, or the URL is invalid.
    """
    try:
        connect(url).ping()
    except (redis.RedisError, ValueError) as error:
        raise LiveError(
            f"Redis at {without_password(url)} does not answer: {str(error).rstrip('.')}. "
            f"Check {setting}."
        ) from error
