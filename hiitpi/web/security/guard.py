"""Checks every request: known host name, same site, trusted device; and sets security headers."""

import ipaddress
import json
import re
import socket
from collections.abc import Callable
from functools import cache
from typing import Final
from urllib.parse import quote, urlsplit

from dash import Dash
from flask import Flask, Response, g, request
from werkzeug.exceptions import MethodNotAllowed

from hiitpi.access.device_cookies import COOKIE_LIFETIME_S, REFRESH_AFTER_S, DeviceCookies
from hiitpi.access.networks import LOCAL_SUFFIXES, is_loopback
from hiitpi.settings import Settings
from hiitpi.system.own_hosts import configured_hosts
from hiitpi.web.security.https import OPEN_PATHS, PROBE_PATH, is_plain_http, lead_to_https
from hiitpi.web.security.own_paths import LOGIN_PATH
from hiitpi.web.uploads import MAX_UPLOAD_BYTES

COOKIE: Final = "hiitpi_trust"

#: Paths of this app that other sites have no reason to link to.
API_PREFIXES: Final = (
    "/_dash", "/live", "/videostream", "/wall/", "/export/", "/assets/", "/api/", "/metrics",
    "/teach/",
)  # fmt: skip

#: Name of the blueprint for scripts, which have a token instead of the house code; see
#: `hiitpi.web.api.routes`.
TOKEN_BLUEPRINT: Final = "api"

#: Maximum size of a request body: all but uploads are small, and the one that untrusted devices may
#: send is tiny.
MAX_BODY_BYTES: Final = 2**16
MAX_LOGIN_BYTES: Final = 2**12
MAX_BYTES_BY_PATH: Final = {**MAX_UPLOAD_BYTES, LOGIN_PATH: MAX_LOGIN_BYTES}

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}

#: Content Security Policy. Plotly and Dash need inline styles; scripts may only come from this app.
POLICY: Final = (
    "default-src 'none'; script-src 'self'{scripts}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; media-src 'self' data:; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def guard(server: Flask, settings: Settings, device_cookies: DeviceCookies) -> None:
    """Check every request before any other handler, and set security headers on every response.

    Args:
        server: the app; this must be the first to register a `before_request` handler.
        settings: its additional host names are accepted.
        device_cookies: checks whether a device is trusted.
    """
    hosts = frozenset(configured_hosts(settings))

    @server.before_request
    def check() -> Response | None:
        request.max_content_length = MAX_BYTES_BY_PATH.get(request.path, MAX_BODY_BYTES)
        if not is_known_host(request.headers.get("Host", ""), hosts):
            return error_response(
                "Unknown host name. Open the address that is printed at start-up, or add "
                "the name to HIITPI_HOSTS.", 421,
            )  # fmt: skip
        if is_plain_http(settings):
            return lead_to_https(settings)
        if is_cross_site() and request.path != PROBE_PATH:
            return error_response("Cross-site requests are not allowed.", 403)
        if request.blueprint == TOKEN_BLUEPRINT:  # its routes check a token instead
            return None
        if request.path.startswith("/api/"):
            return unknown_api_request()
        g.cookie_age = device_cookies.check(request.cookies.get(COOKIE))
        if g.cookie_age is not None or is_exempt(device_cookies):
            return None
        is_open = request.path == LOGIN_PATH or request.path in OPEN_PATHS
        return None if is_open else login_redirect()

    @server.after_request
    def set_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", POLICY.format(scripts=""))
        is_page = response.mimetype == "text/html"
        if is_page:
            response.headers.setdefault("Cache-Control", "no-store")
        cookie_age = getattr(g, "cookie_age", None)
        if is_page and cookie_age is not None and cookie_age > REFRESH_AFTER_S:
            set_device_cookie(response, device_cookies)
        return response


def set_script_policy(server: Flask, app: Dash) -> None:
    """Allow pages to run the inline scripts that Dash writes into them, and no others."""

    @cache
    def policy() -> str:
        # Computed for the first page, because Dash adds its last script when it renders that.
        return POLICY.format(scripts="".join(f" {digest}" for digest in app.csp_hashes()))

    @server.after_request
    def set_policy(response: Response) -> Response:
        if response.mimetype == "text/html" and request.endpoint in ("/", "/<path:path>"):
            response.headers["Content-Security-Policy"] = policy()
        return response


def set_device_cookie(response: Response, device_cookies: DeviceCookies) -> None:
    """Set or renew the cookie that marks this device as trusted."""
    response.set_cookie(
        COOKIE,
        device_cookies.cookie(),
        max_age=COOKIE_LIFETIME_S,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )


def is_exempt(device_cookies: DeviceCookies) -> bool:
    """Return whether the request needs no house code: from this machine, or the code is off.

    A request that was forwarded by a reverse proxy on this machine is not exempt.
    """
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    is_local = is_loopback(request.remote_addr or "?") and not forwarded
    return device_cookies.code.value is None or is_local


def still_trusted(device_cookies: DeviceCookies) -> Callable[[], bool]:
    """Return a function for streams that returns whether the requesting device is still trusted.

    It may be called outside the request context.
    """
    if is_exempt(device_cookies):
        return lambda: True
    generation = device_cookies.current_generation()
    return lambda: device_cookies.current_generation() == generation


def is_known_host(host: str, additional: frozenset[str]) -> bool:
    """Return whether a Host header can only refer to this machine.

    Args:
        host: the header's value.
        additional: further accepted names, in lower case.
    """
    name = re.sub(r":\d+$", "", host).strip("[]").rstrip(".").lower()
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return (
            "." not in name
            or name.endswith(LOCAL_SUFFIXES)
            or name in additional
            or name == _hostname()
        )
    return True


def is_cross_site() -> bool:
    """Return whether another site's page caused this request, other than by a link to a page."""
    site = request.headers.get("Sec-Fetch-Site", "none")
    is_navigation = (
        request.method == "GET"
        and request.headers.get("Sec-Fetch-Mode") == "navigate"
        and request.headers.get("Sec-Fetch-Dest") == "document"
    )
    if site not in ("none", "same-origin") and not is_navigation:
        return True
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc.lower() != request.host.lower():
        return True
    # Browsers send Sec-Fetch-* only to secure origins. Over plain HTTP the Referer must do: a link
    # from elsewhere leads to a page, never to one of the API paths.
    referer = urlsplit(request.headers.get("Referer", "")).netloc.lower()
    return bool(
        referer and referer != request.host.lower() and request.path.startswith(API_PREFIXES)
    )


def login_redirect() -> Response:
    """Redirect page requests to the login page; respond to all others with status 401."""
    html = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
    if html and not request.path.startswith(API_PREFIXES):
        path = request.full_path.rstrip("?")
        response = Response(status=303)
        response.headers["Location"] = (
            f"{LOGIN_PATH}?next={quote(path)}" if path != "/" else LOGIN_PATH
        )
        return response
    return error_response(
        "This device has not entered the house code yet: open the first page.", 401
    )


def unknown_api_request() -> Response:
    """Respond to a request that no endpoint of the API takes, like the API itself."""
    response = Response(status=404, mimetype="application/json")
    message = "There is no such endpoint. /api/v1/openapi.json describes the API."
    wrong_method = request.routing_exception
    if isinstance(wrong_method, MethodNotAllowed):
        response.status_code, message = 405, "This endpoint does not take that method."
        response.headers["Allow"] = ", ".join(sorted(wrong_method.valid_methods or ()))
    response.set_data(json.dumps({"error": message}))
    return response


def error_response(message: str, code: int) -> Response:
    """Return a plain-text response with a one-line message."""
    return Response(message + "\n", code, mimetype="text/plain")


@cache
def _hostname() -> str:
    return socket.gethostname().lower()
