"""Routes that stream: video as multipart JPEG (MJPEG), live data as Server-Sent Events."""

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

#: Size of the kernel's send buffer per stream, SO_SNDBUF (the kernel doubles it and uses part of it
#: for bookkeeping). It holds a few pictures, so a slow viewer is not seconds behind.
SEND_BUFFER_BYTES: Final = 1 << 16

#: Milliseconds without an acknowledgement after which a viewer is disconnected (TCP_USER_TIMEOUT,
#: see tcp(7)).
STALLED_AFTER_MS: Final = 30_000


def streams(services: Services) -> Blueprint:
    """Return the routes `/live` and `/videostream` of one station, and `/wall/...` of all."""
    routes = Blueprint("streams", __name__)

    @routes.get("/live")
    def live() -> Response:
        station = services.stations.get(request.args.get("station"))
        if station is None:
            return _unknown_station()
        # A browser sends the header when it reconnects. A page that opens a new EventSource, after
        # its tab was hidden, cannot set headers and uses the parameter.
        last_id = request.headers.get("Last-Event-ID") or request.args.get("last")
        return _event_stream(services, station.live.follow(last_id))

    @routes.get("/wall/live")
    def wall() -> Response:
        return _event_stream(services, services.wall.follow())

    @routes.get("/videostream")
    def videostream() -> Response:
        station = services.stations.get(request.args.get("station"))
        if station is None:
            return _unknown_station()
        size = "small" if request.args.get("size") == "small" else "frame"
        return _video_stream(services, _multipart(station, size))

    @routes.get("/wall/video")
    def wall_video() -> Response:
        return _video_stream(services, services.wall.pictures(services.stations.names()))

    return routes


def _unknown_station() -> Response:
    return Response("Unknown station. The page /wall shows all stations.\n", 404)


def _event_stream(services: Services, events: Generator[bytes]) -> Response:
    response = _stream(services, services.live_streams, events, "text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"  # a reverse proxy must not buffer events
    return response


def _video_stream(services: Services, parts: Generator[bytes]) -> Response:
    mimetype = f"multipart/x-mixed-replace; boundary={BOUNDARY.decode()}"
    return _stream(services, services.video_streams, parts, mimetype)


def _stream(
    services: Services, limit: ConnectionLimit, parts: Generator[bytes], mimetype: str
) -> Response:
    """Return a streaming response that counts against `limit` until it is closed."""
    if not limit.acquire():
        return Response("Too many people are watching.", 503, {"Retry-After": "10"})
    _limit_send_buffer()
    response = Response(_while_trusted(services, parts), mimetype=mimetype)
    # Not in the generator: if the client disconnects before the first part, it never runs.
    response.call_on_close(limit.release)
    response.headers["Cache-Control"] = "no-store"
    return response


def _while_trusted(services: Services, parts: Generator[bytes]) -> Iterator[bytes]:
    """Return the parts until this device is no longer trusted."""
    # Not a generator itself: `still_trusted` needs the request context.
    return _take_while(parts, still_trusted(services.device_cookies))


def _take_while(parts: Generator[bytes], trusted: Callable[[], bool]) -> Iterator[bytes]:
    with closing(parts):
        for part in parts:
            if not trusted():
                return
            yield part


def _limit_send_buffer() -> None:
    """Limit how far a slow client of this stream can lag behind, and for how long."""
    connection = request.environ.get("gunicorn.socket")
    if connection is not None and connection.family != socket.AF_UNIX:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_AFTER_MS)


def _multipart(station: Station, size: str) -> Generator[bytes]:
    station.video.add_viewer(size)
    try:
        yield b"--" + BOUNDARY + b"\r\n"
        yield from station.video.pictures(size)
    finally:
        station.video.remove_viewer(size)
