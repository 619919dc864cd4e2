"""A client connection of the web server, and the body of an upload."""

import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from gunicorn.workers.gthread import TConn


class Connection(TConn):  # type: ignore[misc]
    """A client connection.

    Args:
        args: see gunicorn's `TConn`.
        on_close: called once when the connection is closed.

    Attributes:
        received: bytes of an incomplete request.
        undecided: whether TLS is on, and nothing has arrived that tells whether it is used.
        handshaking: whether the TLS handshake is in progress.
        is_tls: whether TLS is used.
        upload_bytes: length of an upload's body, which the thread reads itself; 0 if the current
            request is not an upload.
    """

    def __init__(self, *args: Any, on_close: Callable[[], None]) -> None:
        super().__init__(*args)
        self._on_close, self._open = on_close, True
        self.received = bytearray()
        self.undecided = self.handshaking = self.is_tls = False
        self.upload_bytes = 0

    def close(self, graceful: bool = False) -> None:
        """Close the connection without waiting for the client.

        Gunicorn's graceful close waits up to 2 s for the client to close its side, and would block
        the poller, and with it every other connection.
        """
        if self._open:
            self._open = False
            self._on_close()
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)
        super().close(graceful=False)


class UploadBody:
    """The body of an upload, as the app reads it.

    Args:
        body: gunicorn's body, which is read through.
        size: length of the body in bytes.
        on_complete: called when the whole body has been read, or the client has disconnected.
    """

    def __init__(self, body: Any, size: int, on_complete: Callable[[], object]) -> None:
        self._body, self._remaining, self._on_complete = body, size, on_complete

    def read(self, size: int | None = None) -> bytes:
        """Return up to `size` bytes, or all; see `io.RawIOBase.read`."""
        return self._count(self._body.read(size))

    def readline(self, size: int | None = None) -> bytes:
        """Return the next line; see `io.IOBase.readline`."""
        return self._count(self._body.readline(size))

    def _count(self, data: bytes) -> bytes:
        self._remaining -= len(data)
        if self._remaining <= 0 or not data:
            self._on_complete()
        return data
