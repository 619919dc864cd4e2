"""The endless answers: video as multipart JPEG, live data as Server-Sent Events."""

import socket
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import Final

from flask import Blueprint, Response, request

from hiitpi.web.club.stations import Station
from hiitpi.web.live.connection_limit import ConnectionLimit
from hiitpi.web.live.video_broadcaster import BOUNDARY
from hiitpi.web.security.guard import still_trusted
from hiitpi.web.services import Services

#: Bytes that the kernel keeps for a viewer who does not read (it doubles the number, and fills part
#: of it with its own data): some pictures, not seconds of them.
SEND_BUFFER_BYTES: Final = 1 << 16

#: Milliseconds after which a viewer who takes nothing in is gone (TCP_USER_TIMEOUT, tcp(7)).
STALLED_AFTER_MS: Final = 30_000


def streams(services: Services) -> Blueprint:
    """The routes `/videostream` and `/live`, of one station; and of all, under `/wall`."""
    routes = Blueprint("streams", __name__)

    @routes.get("/live")
    def live() -> Response:
        station = services.stations.get(request.args.get("station"))
        if station is None:
            return _unknown()
        # The browser sends the header when it reconnects; a tab that was hidden cannot set it.
        last = request.headers.get("Last-Event-ID") or request.args.get("last")
        return _events(services, station.live.follow(last))

    @routes.get("/wall/live")
    def wall() -> Response:
        return _events(services, services.wall.follow())

    @routes.get("/videostream")
    def videostream() -> Response:
        station = services.stations.get(request.args.get("station"))
        if station is None:
            return _unknown()
        size = "small" if request.args.get("size") == "small" else "frame"
        return _video(services, _multipart(station, size))

    @routes.get("/wall/video")
    def wall_video() -> Response:
        return _video(services, services.wall.pictures(services.stations.names()))

    return routes


def _unknown() -> Response:
    return Response("Unknown station. The page /wall shows all stations.\n", 404)


def _events(services: Services, events: Generator[bytes]) -> Response:
    answer = _endless(services, services.live_streams, events, "text/event-stream")
    answer.headers["X-Accel-Buffering"] = "no"  # a proxy in front must pass each event on
    return answer


def _video(services: Services, parts: Generator[bytes]) -> Response:
    kind = f"multipart/x-mixed-replace; boundary={BOUNDARY.decode()}"
    return _endless(services, services.video_streams, parts, kind)


def _endless(
    services: Services, limit: ConnectionLimit, parts: Generator[bytes], kind: str
) -> Response:
    """An answer that counts against the limit as long as it goes on."""
    if not limit.acquire():
        return Response("Too many people are watching.", 503, {"Retry-After": "10"})
    _keep_short()
    answer = Response(_while_trusted(services, parts), mimetype=kind)
    # Whether or not its first part was ever asked for, the seat is given back.
    answer.call_on_close(limit.release)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _while_trusted(services: Services, parts: Generator[bytes]) -> Iterator[bytes]:
    """The parts, until this device is logged out."""
    trusted = still_trusted(services.device_cookies)
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
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_AFTER_MS)


def _multipart(station: Station, size: str) -> Generator[bytes]:
    station.video.enter(size)
    try:
        yield b"--" + BOUNDARY + b"\r\n"
        yield from station.video.pictures(size)
    finally:
        station.video.leave(size)
