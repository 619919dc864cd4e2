"""The web process: gunicorn's threaded worker by itself, for our supervisor is its arbiter.

No thread waits for a request that is not wholly there, be it a TLS handshake, a head or a small
body, so that whoever sends one byte a minute holds none; and nobody who stops reading holds one for
long. Uploads, which only trusted devices may make, are few at a time and have a deadline.
"""

import logging
import os
import socket
import ssl
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from typing import Any, Final

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.http import get_parser
from gunicorn.sock import create_sockets, ssl_context
from gunicorn.util import close_graceful
from gunicorn.workers.gthread import TConn, ThreadWorker

from hiitpi.access.networks import household, is_loopback
from hiitpi.settings import Settings
from hiitpi.system.host import malloc_trim
from hiitpi.web.app import create_app
from hiitpi.web.request_reader import examine

#: Threads: for all videos and live streams that may run at a time, and enough for pages.
THREADS: Final = 96

#: Seconds: for a request to come in whole, TLS handshake and all, unless it is an upload; for an
#: upload; for a piece of it; and for a client to take a piece of an answer.
REQUEST_S: Final = 5
UPLOAD_S: Final = 60
READ_S: Final = 10
WRITE_S: Final = 20

#: Connections that one address may have, this machine's own not counted: a browser has six.
MAX_CONNECTIONS: Final = 16

#: Uploads at a time: each holds a thread while it comes in.
MAX_UPLOADS: Final = 8

#: Bytes read at a time.
CHUNK_BYTES: Final = 16_384


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
            "keepalive": REQUEST_S,
            "graceful_timeout": 1,
            "logger_class": Log,
            "loglevel": "warning",
            "limit_request_field_size": 8190,
        }
        if self._settings.tls_cert:
            options |= {
                "certfile": str(self._settings.tls_cert),
                "keyfile": str(self._settings.tls_key),
                "do_handshake_on_connect": False,
            }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The app."""
        app = create_app(self._settings)
        malloc_trim()
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
            self.debug("Connection timed out.")
        else:
            super().exception(msg, *args, **kwargs)


class Connection(TConn):  # type: ignore[misc]
    """One client, counted as long as it is there."""

    def __init__(self, *given: Any, leave: Any) -> None:
        super().__init__(*given)
        self._leave, self._there = leave, True
        self.received = bytearray()  # of a request that is not whole yet
        self.encrypted = False  # whether a TLS handshake is under way
        self.upload_bytes = 0  # of the body that its thread has to read itself

    def close(self, graceful: bool = False) -> None:
        """Hang up."""
        if self._there:
            self._there = False
            self._leave()
        # Gunicorn would wait here for the client to hang up too, for 2 s, and all others with it.
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)
        super().close(graceful=False)


class UploadBody:
    """A large body, as the app reads it; `done` is called when all of it has been read."""

    def __init__(self, body: Any, size: int, done: Callable[[], object]) -> None:
        self._body, self._left, self._done = body, size, done

    def read(self, size: int | None = None) -> bytes:
        """The next `size` bytes, or all; see `io.RawIOBase.read`."""
        return self._passed(self._body.read(size))

    def readline(self, size: int | None = None) -> bytes:
        """The next line."""
        return self._passed(self._body.readline(size))

    def _passed(self, data: bytes) -> bytes:
        self._left -= len(data)
        if self._left <= 0 or not data:
            self._done()
        return data


class Worker(ThreadWorker):  # type: ignore[misc]
    """Gunicorn's, but for how it takes requests in.

    It overrides gunicorn's own methods and was written against the release that requirements.txt
    pins; `tests/web/test_wsgi_server.py` says so when that changes.
    """

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._from: Counter[str] = Counter()
        self._uploads: dict[Connection, float] = {}  # under way, and when each must be done
        self._tls = ssl_context(self.cfg) if self.cfg.is_ssl else None

    def accept(self, listener: socket.socket) -> None:
        """Take a new connection in, unless its address has too many already."""
        try:
            client, address = listener.accept()
        except OSError:  # it has gone again, or there are no more descriptors: it stays queued
            time.sleep(0.01)
            return
        source = household(address[0])
        if self._from[source] >= MAX_CONNECTIONS and not is_loopback(address[0]):
            client.close()
            return
        client.setblocking(False)
        for option, seconds in ((socket.SO_RCVTIMEO, READ_S), (socket.SO_SNDTIMEO, WRITE_S)):
            client.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", seconds, 0))
        if self._tls:
            try:
                client = self._tls.wrap_socket(
                    client, server_side=True, do_handshake_on_connect=False
                )
            except OSError:  # it has gone again
                client.close()
                return
        self._from[source] += 1
        given = self.cfg, client, address, listener.getsockname()
        connection = Connection(*given, leave=partial(self._left, source))
        connection.encrypted = self._tls is not None
        connection.data_ready = True  # whenever a thread gets it
        connection.timeout = time.monotonic() + REQUEST_S
        self.nr_conns += 1
        self.pending_conns.append(connection)
        self.poller.register(
            client, EVENT_READ, partial(self.on_pending_socket_readable, connection)
        )

    def on_pending_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """A connection that is waited for has something to say."""
        if self._take(conn):
            super().on_pending_socket_readable(conn, client)

    def on_client_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """A connection that was kept has something to say."""
        if self._take(conn):
            super().on_client_socket_readable(conn, client)

    def murder_pending(self) -> None:
        """Hang up on whoever takes too long to send a request, or an upload."""
        super().murder_pending()
        now = time.monotonic()
        for conn in [conn for conn, until in list(self._uploads.items()) if until < now]:
            with suppress(OSError):  # its thread reads the end of the file
                conn.sock.shutdown(socket.SHUT_RDWR)

    def handle(self, conn: Connection) -> Any:
        """Answer the request that has come in, in a thread."""
        if not conn.initialized:  # the handshake is done
            conn.initialized = True
            conn.parser = get_parser(self.cfg, conn.sock, conn.client)
        conn.parser.unreader.unread(bytes(conn.received))
        conn.received.clear()
        try:
            return super().handle(conn)
        finally:
            self._uploads.pop(conn, None)

    def handle_request(self, req: Any, conn: Connection) -> Any:
        """Answer it; whoever uploads must be done in time."""
        if not conn.upload_bytes:
            return super().handle_request(req, conn)
        req.body = UploadBody(req.body, conn.upload_bytes, lambda: self._uploads.pop(conn, None))
        super().handle_request(req, conn)
        close_graceful(conn.sock)  # in this thread: what was refused may still be under way
        return False

    def finish_request(self, conn: Connection, fs: Any) -> None:
        """Keep the connection or hang up; what came behind the request is looked at like any."""
        if conn.parser is not None:
            conn.received += conn.parser.unreader.take_buffered()
        super().finish_request(conn, fs)
        if conn.received and conn in self.keepalived_conns:
            self.on_client_socket_readable(conn, conn.sock)

    def _take(self, conn: Connection) -> bool:
        """Read what has come in; whether a thread can have the request."""
        try:
            if conn.received and examine(bytes(conn.received)).state == "whole":
                return True
            if conn.encrypted:
                conn.sock.do_handshake()
                conn.encrypted = False
            while data := conn.sock.recv(CHUNK_BYTES):
                conn.received += data
                request = examine(bytes(conn.received))
                if request.state == "refused":
                    return self._refuse(conn, b"413 Content Too Large")
                if request.state == "large":
                    return self._begin_upload(conn, request.body_bytes)
                if request.state == "whole":
                    return True
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError):
            return False
        except (OSError, ValueError):  # gone, or no TLS that we know
            pass
        self._drop(conn)
        return False

    def _begin_upload(self, conn: Connection, size: int) -> bool:
        if len(self._uploads) >= MAX_UPLOADS:
            return self._refuse(conn, b"503 Service Unavailable\r\nRetry-After: 10")
        self._uploads[conn] = time.monotonic() + UPLOAD_S
        conn.upload_bytes = size
        return True

    def _refuse(self, conn: Connection, status: bytes) -> bool:
        with suppress(OSError):
            conn.sock.send(
                b"HTTP/1.1 " + status + b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            )
        self._drop(conn)
        return False

    def _drop(self, conn: Connection) -> None:
        self.poller.unregister(conn.sock)
        (self.pending_conns if conn in self.pending_conns else self.keepalived_conns).remove(conn)
        self.nr_conns -= 1
        conn.close()

    def _left(self, source: str) -> None:
        self._from[source] -= 1
        if self._from[source] <= 0:
            del self._from[source]
