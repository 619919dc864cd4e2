"""Keeps pages working while Redis, which stores the browser sessions, is unreachable."""

import logging
from typing import Any

import redis
from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SessionInterface

log = logging.getLogger(__name__)

SESSION_LOST_KEY = "hiitpi.session_lost"

#: Static files, the same for everyone: a cacheable response must not carry a session cookie.
STATIC_PATHS = ("/assets/", "/_dash-component-suites/", "/_favicon.ico")

#: Paths that do not need the session; they keep working while Redis is unreachable.
SESSIONLESS_PATHS = (*STATIC_PATHS, "/live", "/videostream", "/wall/", "/healthz")


class FallbackSessionInterface(SessionInterface):
    """Wraps a session interface; without Redis, requests get an empty session that is not saved.

    Args:
        wrapped: the session interface that uses Redis.
    """

    def __init__(self, wrapped: SessionInterface) -> None:
        self._wrapped = wrapped

    def open_session(self, app: Flask, request: Request) -> Any:
        """Load the session of a request; see `flask.sessions.SessionInterface`."""
        try:
            return self._wrapped.open_session(app, request)
        except redis.RedisError as error:
            log.warning("Could not load a browser session: %s", error)
            request.environ[SESSION_LOST_KEY] = True
            return SecureCookieSession()

    def save_session(self, app: Flask, session: Any, response: Response) -> None:
        """Save the session, unless it could not be loaded or the response is a static file."""
        if SESSION_LOST_KEY in request.environ or request.path.startswith(STATIC_PATHS):
            return
        try:
            self._wrapped.save_session(app, session, response)
        except redis.RedisError as error:
            log.warning("Could not save a browser session: %s", error)


def install_session_fallback(server: Flask) -> None:
    """Show a page that reloads automatically while Redis, which the pages need, is unreachable."""
    server.session_interface = FallbackSessionInterface(server.session_interface)

    @server.before_request
    def reject_without_session() -> Response | None:
        if SESSION_LOST_KEY in request.environ and not request.path.startswith(SESSIONLESS_PATHS):
            return Response(UNAVAILABLE_PAGE, 503, {"Retry-After": "2"}, mimetype="text/html")
        return None

    @server.errorhandler(redis.RedisError)
    def handle_redis_error(error: redis.RedisError) -> Response:
        log.warning("Could not render a page: %s", error)
        return Response(UNAVAILABLE_PAGE, 503, {"Retry-After": "2"}, mimetype="text/html")


UNAVAILABLE_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="refresh" content="2">
<meta name="viewport" content="width=device-width"><title>One moment · HIIT PI</title>
<style>body{background:#0f1115;color:#e8eaed;font:20px system-ui;display:grid;place-items:center;
height:90vh;text-align:center}</style></head><body><p>The live server is restarting.<br>
This page reloads automatically.</p></body></html>
"""
