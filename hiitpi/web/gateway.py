"""The web process: gunicorn's threaded worker by itself, for our supervisor is its arbiter.

No thread waits for a request that is not wholly there, so that whoever sends one byte a minute
holds none; and nobody who stops reading holds one for long.
"""

import logging
import os
import socket
import struct
import sys
import time
from collections import Counter
from functools import partial
from selectors import EVENT_READ
from typing import Any, Final

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.sock import create_sockets
from gunicorn.workers.gthread import TConn, ThreadWorker

from hiitpi.access.addresses import is_loopback, owner
from hiitpi.machine import give_memory_back
from hiitpi.settings import Settings
from hiitpi.web.server import create_app

#: Threads: for all videos and live streams that may run at a time, and enough for pages.
THREADS: Final = 96

#: Seconds for the head of a request, for a piece of its body, and for a piece of an answer.
PATIENCE: Final = 5
READ: Final = 10
WRITE: Final = 20

#: Bytes that the head of a request may have.
HEAD: Final = 32_768

#: Connections that one address may have, this machine's own not counted.
MOST: Final = 100


def serve(settings: Settings) -> None:
    """Serve the pages until SIGTERM.

    Raises:
        HiitPiError: a setting or a workout cannot be used.
    """
    site = Site(settings)
    log = site.cfg.logger_class(site.cfg)
    sockets = create_sockets(site.cfg, log)
    Worker(1, os.getppid(), sockets, site, site.cfg.timeout, site.cfg, log).init_process()
    logging.shutdown()
    os._exit(0)  # streams never end by themselves, and their threads would be waited for


class Site(BaseApplication):  # type: ignore[misc]
    """Our app and how it is served, in gunicorn's terms."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Set gunicorn's options; see `gunicorn --help`."""
        host = f"[{self._settings.host}]" if ":" in self._settings.host else self._settings.host
        options: dict[str, Any] = {
            "bind": f"{host}:{self._settings.port}",
            "threads": THREADS,
            "keepalive": PATIENCE,
            "graceful_timeout": 1,
            "logger_class": Log,
            "loglevel": "warning",
            "limit_request_field_size": 8190,
        }
        if self._settings.tls_cert:
            options |= {
                "certfile": str(self._settings.tls_cert),
                "keyfile": str(self._settings.tls_key),
                "do_handshake_on_connect": True,
            }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The app."""
        app = create_app(self._settings)
        give_memory_back()
        return app


class Log(Logger):  # type: ignore[misc]
    """Into our log; somebody who has stopped reading or writing is no error."""

    def setup(self, cfg: Any) -> None:
        """Leave it to the handlers of the process."""
        self.error_log.setLevel(logging.WARNING)
        self.access_log.setLevel(logging.CRITICAL)
        self.error_log.propagate = True

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Log what is under way of being handled."""
        if isinstance(sys.exc_info()[1], BlockingIOError | TimeoutError):
            self.debug("A connection stood still for too long.")
        else:
            super().exception(msg, *args, **kwargs)


class Connection(TConn):  # type: ignore[misc]
    """One client, counted as long as it is there."""

    def __init__(self, *given: Any, leave: Any) -> None:
        super().__init__(*given)
        self._leave, self._there = leave, True
        self.seen = 0  # bytes of a head that is not whole yet

    def close(self, graceful: bool = False) -> None:
        """Hang up."""
        if self._there:
            self._there = False
            self._leave()
        super().close(graceful)


class Worker(ThreadWorker):  # type: ignore[misc]
    """Gunicorn's, but for how it takes requests in."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._from: Counter[str] = Counter()

    def accept(self, listener: socket.socket) -> None:
        """Take a new connection in, unless its address has too many already."""
        try:
            client, address = listener.accept()
        except OSError:  # it has gone again, or there are no more descriptors: it stays queued
            time.sleep(0.01)
            return
        source = owner(address[0])
        if self._from[source] >= MOST and not is_loopback(address[0]):
            client.close()
            return
        self._from[source] += 1
        for option, seconds in ((socket.SO_RCVTIMEO, READ), (socket.SO_SNDTIMEO, WRITE)):
            client.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", seconds, 0))
        given = self.cfg, client, address, listener.getsockname()
        connection = Connection(*given, leave=partial(self._left, source))
        self.nr_conns += 1
        if self.cfg.is_ssl:  # what is in it shows in the thread only
            self.enqueue_req(connection)
            return
        connection.timeout = time.monotonic() + PATIENCE
        self.pending_conns.append(connection)
        readable = partial(self.on_pending_socket_readable, connection)
        self.poller.register(client, EVENT_READ, readable)

    def on_pending_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """A connection that is waited for has something to say."""
        if self._is_whole(conn):
            super().on_pending_socket_readable(conn, client)

    def on_client_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """A connection that was kept has something to say."""
        if self._is_whole(conn):
            super().on_client_socket_readable(conn, client)

    def _is_whole(self, conn: Connection) -> bool:
        """Whether a thread can have it; if not, it is woken again when more has come."""
        if self.cfg.is_ssl:
            return True
        try:
            head = conn.sock.recv(HEAD, socket.MSG_PEEK)
            part = b"\r\n\r\n" not in head
            if part and (len(head) == HEAD or len(head) <= conn.seen):  # too large, or hung up
                self._drop(conn)
                return False
            conn.seen = len(head) if part else 0
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, conn.seen + 1)
        except OSError:  # the thread finds out why
            return True
        return not part

    def _drop(self, conn: Connection) -> None:
        self.poller.unregister(conn.sock)
        (self.pending_conns if conn in self.pending_conns else self.keepalived_conns).remove(conn)
        self.nr_conns -= 1
        conn.close()

    def _left(self, source: str) -> None:
        self._from[source] -= 1
        if self._from[source] <= 0:
            del self._from[source]
