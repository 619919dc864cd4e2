"""The two endless answers: video as multipart JPEG, live data as Server-Sent Events."""

import socket
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import Final

from flask import Blueprint, Response, request

from hiitpi.web.guard import still_trusted
from hiitpi.web.services import Services
from hiitpi.web.video import BOUNDARY

#: Bytes that the kernel keeps for a viewer who does not read (it doubles the number, and fills part
#: of it with its own data): some pictures, not seconds of them.
BUFFER: Final = 1 << 16

#: Milliseconds after which a viewer who takes nothing in is gone (TCP_USER_TIMEOUT, tcp(7)).
STALLED: Final = 30_000


def streams(services: Services) -> Blueprint:
    """The routes `/videostream` and `/live`."""
    routes = Blueprint("streams", __name__)

    @routes.get("/live")
    def live() -> Response:
        if services.live.full:
            return Response("Too many people are watching.", 503, {"Retry-After": "10"})
        # The browser sends the header when it reconnects; a tab that was hidden cannot set it.
        last = request.headers.get("Last-Event-ID") or request.args.get("last")
        _keep_short()
        events = _while_trusted(services, services.live.follow(last))
        answer = Response(events, mimetype="text/event-stream")
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Accel-Buffering"] = "no"  # a proxy in front must pass each event on
        return answer

    @routes.get("/videostream")
    def videostream() -> Response:
        size = "small" if request.args.get("size") == "small" else "frame"
        if not services.video.enter(size):
            return Response("Too many people are watching.", 503, {"Retry-After": "10"})
        _keep_short()
        answer = Response(
            _while_trusted(services, _multipart(services, size)),
            mimetype=f"multipart/x-mixed-replace; boundary={BOUNDARY.decode()}",
        )
        # Whether or not the first picture was ever asked for, the place is given back.
        answer.call_on_close(lambda: services.video.leave(size))
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return routes


def _while_trusted(services: Services, parts: Generator[bytes]) -> Iterator[bytes]:
    """The parts, until this device is logged out."""
    trusted = still_trusted(services.trust)
    return _until(parts, trusted)


def _until(parts: Generator[bytes], trusted: Callable[[], bool]) -> Iterator[bytes]:
    with closing(parts):
        for part in parts:
            if not trusted():
                return
            yield part


def _keep_short() -> None:
    """Let no more of a stream wait in the kernel than is worth being seen late."""
    connection = request.environ.get("gunicorn.socket")
    if connection is not None and connection.family != socket.AF_UNIX:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED)


def _multipart(services: Services, size: str) -> Generator[bytes]:
    yield b"--" + BOUNDARY + b"\r\n"
    yield from services.video.pictures(size)
