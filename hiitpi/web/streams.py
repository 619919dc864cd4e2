"""The two endless answers: video as multipart JPEG, live data as Server-Sent Events."""

from collections.abc import Iterator
from typing import Final

from flask import Blueprint, Response, request

from hiitpi.web.services import Services

BOUNDARY: Final = b"frame"


def streams(services: Services) -> Blueprint:
    """The routes `/videostream` and `/live`."""
    routes = Blueprint("streams", __name__)

    @routes.get("/live")
    def live() -> Response:
        # The browser sends the header when it reconnects; a tab that was hidden cannot set it.
        last = request.headers.get("Last-Event-ID") or request.args.get("last")
        answer = Response(services.live.follow(last), mimetype="text/event-stream")
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Accel-Buffering"] = "no"  # a proxy in front must pass each event on
        return answer

    @routes.get("/videostream")
    def videostream() -> Response:
        if not services.video.enter(services.settings.max_viewers):
            return Response("Too many people are watching.", 503, {"Retry-After": "10"})
        answer = Response(
            _multipart(services),
            mimetype=f"multipart/x-mixed-replace; boundary={BOUNDARY.decode()}",
        )
        # Whether or not the first picture was ever asked for, the place is given back.
        answer.call_on_close(services.video.leave)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return routes


def _multipart(services: Services) -> Iterator[bytes]:
    """A browser shows a part when it sees the next boundary, so each part brings its own end."""
    yield b"--" + BOUNDARY + b"\r\n"
    for picture in services.video.pictures():
        yield b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(picture)
        yield picture + b"\r\n--" + BOUNDARY + b"\r\n"
