"""What pages do while Redis, which knows who is logged in, is away for a moment."""

import logging
from typing import Any

import redis
from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SessionInterface

log = logging.getLogger(__name__)

SESSION_LOST_KEY = "hiitpi.session_lost"

#: The same for everybody: such an answer, which may be kept, does not carry somebody's session.
FILES = ("/assets/", "/_dash-component-suites/", "/_favicon.ico")

#: Answers that need to know nobody: they go on while Redis is away.
ANONYMOUS = (*FILES, "/live", "/videostream", "/wall/", "/healthz")


class FallbackSessionInterface(SessionInterface):
    """The sessions of another interface; without Redis an empty one that is not kept."""

    def __init__(self, kept: SessionInterface) -> None:
        self._kept = kept

    def open_session(self, app: Flask, request: Request) -> Any:
        """The session of a request."""
        try:
            return self._kept.open_session(app, request)
        except redis.RedisError as error:
            log.warning("Could not load a browser session: %s", error)
            request.environ[SESSION_LOST_KEY] = True
            return SecureCookieSession()

    def save_session(self, app: Flask, session: Any, response: Response) -> None:
        """Keep it, if it is one."""
        if SESSION_LOST_KEY in request.environ or request.path.startswith(FILES):
            return
        try:
            self._kept.save_session(app, session, response)
        except redis.RedisError as error:
            log.warning("Could not save a browser session: %s", error)


def install_session_fallback(server: Flask) -> None:
    """Have every page that needs Redis say so while it is away, and come back by itself."""
    server.session_interface = FallbackSessionInterface(server.session_interface)

    @server.before_request
    def wait() -> Response | None:
        if SESSION_LOST_KEY in request.environ and not request.path.startswith(ANONYMOUS):
            return Response(UNAVAILABLE_PAGE, 503, {"Retry-After": "2"}, mimetype="text/html")
        return None

    @server.errorhandler(redis.RedisError)
    def away(error: redis.RedisError) -> Response:
        log.warning("Could not render a page: %s", error)
        return Response(UNAVAILABLE_PAGE, 503, {"Retry-After": "2"}, mimetype="text/html")


UNAVAILABLE_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="refresh" content="2">
<meta name="viewport" content="width=device-width"><title>One moment · HIIT PI</title>
<style>body{background:#0f1115;color:#e8eaed;font:20px system-ui;display:grid;place-items:center;
height:90vh;text-align:center}</style></head><body><p>The live server is starting again.<br>
This page comes back by itself.</p></body></html>
"""
