"""Serves the Flask app with gunicorn's threaded worker, without gunicorn's arbiter.

The supervisor of the app restarts the process, so no arbiter is needed.

A request is handed to a thread only when it is complete: TLS handshake, head and small body are
read by the poller, so a client that sends one byte a minute (a slowloris attack) occupies no
thread. A client that stops reading occupies a thread only until the write timeout. The number of
concurrent uploads, which only trusted devices may make, is limited, and each has a deadline.
"""

import logging
import os
import socket
import ssl
import struct
import sys
import time
from collections import Counter
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from typing import Any, Final

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.http import get_parser
from gunicorn.sock import create_sockets, ssl_context
from gunicorn.util import close_graceful
from gunicorn.workers.gthread import ThreadWorker

from hiitpi.access.networks import household, is_loopback
from hiitpi.settings import Settings
from hiitpi.system.host import malloc_trim
from hiitpi.system.house_https import certificate_file, renew_certificate
from hiitpi.web.app import create_app
from hiitpi.web.client_connection import Connection, UploadBody
from hiitpi.web.request_reader import examine

#: Size of the thread pool: enough for the maximum number of videos and live streams, plus pages.
THREADS: Final = 96

#: Timeouts in seconds: for a complete request including the TLS handshake, except uploads; for a
#: complete upload; for one read of an upload; and for one write of a response.
REQUEST_S: Final = 5
UPLOAD_S: Final = 60
READ_S: Final = 10
WRITE_S: Final = 20

#: Maximum number of connections per client address, except loopback. A browser opens six.
MAX_CONNECTIONS: Final = 16

#: Maximum number of concurrent uploads: each occupies a thread while it is received.
MAX_UPLOADS: Final = 8

#: Seconds between two looks whether the certificate of the house must be renewed.
RENEWAL_CHECK_S: Final = 3600

#: First byte of a TLS handshake: the content type of its record (RFC 8446, 5.1).
TLS_HANDSHAKE: Final = b"\x16"

#: Size of one read from a socket.
CHUNK_BYTES: Final = 16_384


def serve(settings: Settings) -> None:
    """Serve the pages until SIGTERM; does not return.

    Raises:
        HiitPiError: a setting or a workout is invalid.
    """
    application = Application(settings)
    cfg = application.cfg
    log = cfg.logger_class(cfg)
    sockets = create_sockets(cfg, log)
    Worker(1, os.getppid(), sockets, application, cfg.timeout, cfg, log).init_process()
    heart_rate = application.wsgi().extensions["hiitpi"].heart_rate
    if heart_rate:
        heart_rate.close()
    logging.shutdown()
    os._exit(0)  # a normal exit would wait for the threads of streams, which never end


class Application(BaseApplication):  # type: ignore[misc]
    """The Flask app and its gunicorn configuration."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Set gunicorn's options (see `gunicorn --help`)."""
        host = f"[{self._settings.host}]" if ":" in self._settings.host else self._settings.host
        options: dict[str, Any] = {
            "bind": f"{host}:{self._settings.port}",
            "threads": THREADS,
            "keepalive": REQUEST_S,
            "graceful_timeout": 1,
            "logger_class": ServerLogger,
            "loglevel": "warning",
            "limit_request_field_size": 8190,
        }
        certificate, key = self._settings.tls_cert, self._settings.tls_key
        if self._settings.tls == "auto":
            renew_certificate(self._settings)
            certificate = key = certificate_file(self._settings)
        if certificate:
            options |= {
                "certfile": str(certificate),
                "keyfile": str(key),
                "do_handshake_on_connect": False,
            }
        for name, value in options.items():
            self.cfg.set(name, value)

    def renew_certificate(self) -> bool:
        """Return whether there is a new certificate; see `hiitpi.system.house_https`."""
        return self._settings.tls == "auto" and renew_certificate(self._settings)

    def load(self) -> Any:
        """Return the WSGI app."""
        app = create_app(self._settings)
        app.extensions["hiitpi"].webhook_sender.loop.start()
        malloc_trim()
        return app


class ServerLogger(Logger):  # type: ignore[misc]
    """Sends gunicorn's log to the log of the process; timeouts of clients are not errors."""

    def setup(self, cfg: Any) -> None:
        """Propagate to the handlers of the process instead of installing gunicorn's."""
        self.error_log.setLevel(logging.WARNING)
        self.access_log.setLevel(logging.CRITICAL)
        self.error_log.propagate = True

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Log the exception that is being handled."""
        if isinstance(sys.exc_info()[1], BlockingIOError | TimeoutError):
            self.debug("Connection timed out.")
        else:
            super().exception(msg, *args, **kwargs)


class Worker(ThreadWorker):  # type: ignore[misc]
    """Gunicorn's threaded worker, except for how it accepts connections and receives requests.

    It overrides internal methods of gunicorn and was written against the release pinned in
    requirements.txt; a test in `tests/web/test_wsgi_server.py` fails when the release changes.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._connections_by_source: Counter[str] = Counter()
        self._uploads: dict[Connection, float] = {}  # running uploads and their deadlines
        self._tls = ssl_context(self.cfg) if self.cfg.is_ssl else None
        self._renew_at = time.monotonic() + RENEWAL_CHECK_S

    def accept(self, listener: socket.socket) -> None:
        """Accept a connection, unless its address has reached the connection limit."""
        try:
            client, address = listener.accept()
        except OSError:  # it was closed, or no file descriptor is free: it stays in the backlog
            time.sleep(0.01)
            return
        source = household(address[0])
        if self._connections_by_source[source] >= MAX_CONNECTIONS and not is_loopback(address[0]):
            client.close()
            return
        client.setblocking(False)
        for option, seconds in ((socket.SO_RCVTIMEO, READ_S), (socket.SO_SNDTIMEO, WRITE_S)):
            client.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", seconds, 0))
        self._connections_by_source[source] += 1
        connection = Connection(
            self.cfg, client, address, listener.getsockname(),
            on_close=partial(self._forget_connection, source),
        )  # fmt: skip
        connection.undecided = self._tls is not None
        connection.data_ready = True  # a thread only ever gets it with a complete request
        connection.timeout = time.monotonic() + REQUEST_S
        self.nr_conns += 1
        self.pending_conns.append(connection)
        self.poller.register(
            client, EVENT_READ, partial(self.on_pending_socket_readable, connection)
        )

    def on_pending_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """Receive from a new connection, and pass it to a thread when its request is complete."""
        if self._receive(conn):
            super().on_pending_socket_readable(conn, conn.sock)

    def on_client_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """Receive from a keep-alive connection; like `on_pending_socket_readable`."""
        if self._receive(conn):
            super().on_client_socket_readable(conn, client)

    def murder_pending(self) -> None:
        """Disconnect clients whose request or upload has exceeded its deadline.

        Also renews the certificate, since gunicorn calls this regularly.
        """
        super().murder_pending()
        now = time.monotonic()
        if now >= self._renew_at:
            self._renew_at = now + RENEWAL_CHECK_S
            if self._tls and self.app.renew_certificate():
                self._tls.load_cert_chain(self.cfg.certfile, self.cfg.keyfile)
        for conn in [conn for conn, deadline in list(self._uploads.items()) if deadline < now]:
            with suppress(OSError):  # the thread that reads it gets an end of file
                conn.sock.shutdown(socket.SHUT_RDWR)

    def handle(self, conn: Connection) -> Any:
        """Handle a complete request; runs in a thread of the pool."""
        if not conn.initialized:  # gunicorn would do the TLS handshake here; it is already done
            conn.initialized = True
            conn.parser = get_parser(self.cfg, conn.sock, conn.client)
        conn.parser.unreader.unread(bytes(conn.received))
        conn.received.clear()
        try:
            return super().handle(conn)
        finally:
            self._uploads.pop(conn, None)

    def handle_request(self, req: Any, conn: Connection) -> Any:
        """Respond to a request; an upload is subject to its deadline until its body is read."""
        if self._tls and not conn.is_tls:
            req.scheme = "http"
        if not conn.upload_bytes:
            return super().handle_request(req, conn)
        req.body = UploadBody(req.body, conn.upload_bytes, lambda: self._uploads.pop(conn, None))
        super().handle_request(req, conn)
        # A rejected upload may still be arriving. Wait for the client in this thread, not in the
        # poller: closing with unread data would reset the connection and lose the response.
        close_graceful(conn.sock)
        return False

    def finish_request(self, conn: Connection, fs: Any) -> None:
        """Keep the connection alive or close it; a pipelined request is examined like any other."""
        if conn.parser is not None:
            conn.received += conn.parser.unreader.take_buffered()
        super().finish_request(conn, fs)
        if conn.received and conn in self.keepalived_conns:
            self.on_client_socket_readable(conn, conn.sock)

    def _receive(self, conn: Connection) -> bool:
        """Read the available bytes; return whether the request can be passed to a thread."""
        try:
            if conn.received and examine(bytes(conn.received)).state == "complete":
                return True
            if conn.undecided:
                self._decide(conn)
            if conn.handshaking:
                conn.sock.do_handshake()
                conn.handshaking = False
            while data := conn.sock.recv(CHUNK_BYTES):
                conn.received += data
                request = examine(bytes(conn.received))
                if request.state == "rejected":
                    return self._reject(conn, b"413 Content Too Large")
                if request.state == "upload":
                    return self._start_upload(conn, request.body_bytes)
                if request.state == "complete":
                    return True
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError):
            return False
        except (OSError, ValueError):  # disconnected, or the TLS handshake failed
            pass
        self._drop(conn)
        return False

    def _decide(self, conn: Connection) -> None:
        """Begin a TLS handshake, or take the request as plain http, to lead it to https.

        Raises:
            BlockingIOError: nothing has arrived yet.
            OSError: the client has disconnected.
        """
        first = conn.sock.recv(1, socket.MSG_PEEK)
        conn.undecided = False
        if self._tls is None or first != TLS_HANDSHAKE:
            return
        self.poller.unregister(conn.sock)
        conn.sock = self._tls.wrap_socket(
            conn.sock, server_side=True, do_handshake_on_connect=False
        )
        conn.is_tls = conn.handshaking = True
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def _start_upload(self, conn: Connection, size: int) -> bool:
        if len(self._uploads) >= MAX_UPLOADS:
            return self._reject(conn, b"503 Service Unavailable\r\nRetry-After: 10")
        self._uploads[conn] = time.monotonic() + UPLOAD_S
        conn.upload_bytes = size
        return True

    def _reject(self, conn: Connection, status: bytes) -> bool:
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

    def _forget_connection(self, source: str) -> None:
        self._connections_by_source[source] -= 1
        if self._connections_by_source[source] <= 0:
            del self._connections_by_source[source]
